// The embed as a guest: in a frame of a page from another origin.
import { createServer } from "node:http";
import type { AddressInfo } from "node:net";
import type { Frame, Page } from "@playwright/test";
import { colour_count, expect, fragment_of, open_scenario, picture_of, scenario, test } from "./site.mjs";

const fragment = fragment_of({ text: scenario, at: [0, 2] });

/** A long page with a text box, and the embed far below. */
async function host(page: Page, site: string, parameters = ""): Promise<{ frame: Frame; close: () => void }> {
  const embed = new URL(`embed.html${fragment}${parameters}`, site.replace("127.0.0.1", "localhost")).href;
  const html = `<!doctype html><title>A tutorial</title><body style="margin:0">
    <input id="box" autofocus><p style="height:300px">Long ago …</p>
    <iframe src="${embed}" width="860" height="430" style="border:0;display:block"></iframe>
    <p style="height:3000px">… and so on.</p>`;
  const server = createServer((_, response) =>
    response.writeHead(200, { "Content-Type": "text/html" }).end(html),
  );
  await new Promise<void>((done) => server.listen(0, "127.0.0.1", done));
  await page.goto(`http://127.0.0.1:${(server.address() as AddressInfo).port}/`);
  const frame = (await (await page.waitForSelector("iframe")).contentFrame())!;
  await frame.waitForSelector("html[data-ready]");
  return { frame, close: () => (server.close(), server.closeAllConnections()) };
}

test.use({ viewport: { width: 1000, height: 700 } });

test("in a foreign page: drawn, steps, and leaves focus, scroll and address alone", async ({
  page,
  site,
}) => {
  const { frame, close } = await host(page, site);
  const state = () =>
    page.evaluate(() => ({ scroll: scrollY, focus: document.activeElement!.id, length: history.length }));
  const before = await state();
  expect(before.focus).toBe("box");
  expect(before.scroll).toBe(0);
  const address = frame.url();
  const sentence = await frame.textContent("#sentence");

  const clip = { x: 16, y: 440, width: 430, height: 220 };
  await expect.poll(async () => colour_count(page, await page.screenshot({ clip }))).toBeGreaterThan(4);
  await frame.evaluate(() => document.querySelector<HTMLElement>("#next")!.click());
  await expect.poll(() => frame.textContent("#sentence")).not.toBe(sentence);
  expect(await state()).toEqual(before);
  expect(frame.url()).toBe(address);
  expect(
    await frame.evaluate(() => {
      try {
        return localStorage.length;
      } catch {
        return 0; // a guest from elsewhere gets no store at all
      }
    }),
  ).toBe(0);

  // Keys belong to the host until the reader clicks into the frame.
  await page.keyboard.type("abc");
  await expect(page.locator("#box")).toHaveValue("abc");
  const earlier = await frame.textContent("#place");
  await frame.locator("#next").click();
  await expect.poll(() => frame.textContent("#place")).not.toBe(earlier);
  const place = await frame.textContent("#place");
  await page.keyboard.press("ArrowLeft");
  await expect.poll(() => frame.textContent("#place")).not.toBe(place);
  close();
});

test("the wheel scrolls the host, with Ctrl it belongs to the picture", async ({ page, site }) => {
  const { frame, close } = await host(page, site);
  await page.mouse.move(200, 520);
  await page.mouse.wheel(0, 120);
  await expect.poll(() => page.evaluate(() => scrollY)).toBeGreaterThan(50);
  await expect(frame.locator(".hint")).toContainText("wheel");
  await page.evaluate(() => scrollTo(0, 0));
  await page.mouse.move(200, 521);
  await page.keyboard.down("Control");
  await page.mouse.wheel(0, -240);
  await page.keyboard.up("Control");
  await page.waitForTimeout(300);
  expect(await page.evaluate(() => scrollY)).toBe(0);
  close();
});

test("the theme: the fragment's, else the system's", async ({ page, site }) => {
  await page.emulateMedia({ colorScheme: "dark" });
  const light = await host(page, site, "&theme=light");
  await expect(light.frame.locator("html")).toHaveAttribute("data-theme", "light");
  light.close();
  const dark = await host(page, site);
  await expect(dark.frame.locator("html")).toHaveAttribute("data-theme", "dark");
  await page.emulateMedia({ colorScheme: "light" });
  await expect(dark.frame.locator("html")).toHaveAttribute("data-theme", "light");
  dark.close();
});

test("the link to the full page has the same fragment", async ({ page, site }) => {
  await open_scenario(page, site, [0, 2], "embed.html");
  const [full] = await Promise.all([page.waitForEvent("popup"), page.click("#full")]);
  await full.waitForSelector("html[data-ready]");
  await expect(full.locator("#text")).toHaveValue(scenario);
  expect(await full.textContent("#sentence")).toBe(await page.textContent("#sentence"));
});

for (const [width, height] of [
  [860, 430],
  [640, 360],
  [360, 640],
  [320, 480],
])
  test(`at ${width}x${height} nothing is cut off`, async ({ page, site }) => {
    await page.setViewportSize({ width, height });
    await open_scenario(page, site, [0, 2], "embed.html");
    const [right, bottom] = await page.evaluate(() => [
      document.documentElement.scrollWidth,
      document.documentElement.scrollHeight,
    ]);
    expect(right).toBeLessThanOrEqual(width);
    expect(bottom).toBeLessThanOrEqual(height);
    await expect(page.locator("#full")).toBeInViewport({ ratio: 1 });
    expect(await colour_count(page, await picture_of(page, "memory"))).toBeGreaterThan(4);
  });
