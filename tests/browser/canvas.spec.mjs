// The canvas as such: crisp, idle when nothing happens, back after a lost context,
// and no thief of keys.
import { expect, frames, open, still, test } from "./site.mjs";

for (const ratio of [1, 1.5, 2, 3]) {
  test.describe(`device pixel ratio ${ratio}`, () => {
    test.use({ deviceScaleFactor: ratio, viewport: { width: 401, height: 303 } });
    test("the canvas has one pixel per device pixel", async ({ page, site }) => {
      await open(page, site);
      const [width, height] = await page.evaluate(() => {
        const canvas = document.querySelector("#canvas");
        return [canvas.width, canvas.height];
      });
      expect(Math.abs(width - 401 * ratio)).toBeLessThanOrEqual(0.5);
      expect(Math.abs(height - 303 * ratio)).toBeLessThanOrEqual(0.5);
    });
  });
}

test("nothing is drawn while nothing changes", async ({ page, site }) => {
  await open(page, site);
  const before = await frames(page);
  await page.waitForTimeout(1500);
  expect(await frames(page)).toBe(before);
});

test("a pointer wakes the canvas for a few frames", async ({ page, site }) => {
  await open(page, site);
  const before = await frames(page);
  await page.mouse.move(300, 300);
  await still(page);
  const drawn = (await frames(page)) - before;
  expect(drawn).toBeGreaterThan(0);
  expect(drawn).toBeLessThan(60);
});

test("a resize draws at the new size", async ({ page, site }) => {
  await open(page, site);
  const before = await frames(page);
  await page.setViewportSize({ width: 700, height: 500 });
  await expect.poll(() => page.evaluate(() => document.querySelector("#canvas").width)).toBe(700);
  expect(await frames(page)).toBeGreaterThan(before);
});

test("the picture comes back after the WebGL context was lost", async ({ page, site }) => {
  await open(page, site);
  const before = await page.screenshot();
  await page.evaluate(() => {
    const context = document.querySelector("#canvas").getContext("webgl2");
    window.loss = context.getExtension("WEBGL_lose_context");
    window.loss.loseContext();
  });
  await page.waitForTimeout(300);
  await page.evaluate(() => window.loss.restoreContext());
  await expect.poll(async () => (await page.screenshot()).equals(before)).toBe(true);
});

test("Tab, Backspace and letters belong to the page", async ({ page, site }) => {
  await open(page, site);
  await page.evaluate(() => {
    const box = document.createElement("input");
    box.id = "probe";
    document.body.prepend(box);
    box.focus();
  });
  await page.keyboard.type("pages");
  await page.keyboard.press("Backspace");
  await expect(page.locator("#probe")).toHaveValue("page");
  await page.keyboard.press("Tab");
  await expect(page.locator("#probe")).not.toBeFocused();
});
