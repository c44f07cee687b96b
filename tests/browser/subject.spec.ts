// What the pictures are about, questions to the reader, and the help page.
import { expect, fragment_of, open, test } from "./site.mjs";

const slabs = `machine { ram = 64M; }
struct page *p = alloc_page(GFP_KERNEL);
show("tree");
void *q = kmalloc(100, GFP_KERNEL);
`;
const question = `note("Before.");
predict("How many frames has a block of order 5?", 1 << 5);
note("After.");
`;
const subject = (page: any) => page.evaluate(() => document.body.dataset.subject);

test("a run's calls choose the pictures, an author's show() changes them, the reader comes first", async ({ page, site }) => {
  await open(page, site, fragment_of({ text: slabs }));
  expect(await subject(page)).toBe("slabs");
  await expect(page.locator("#slabs")).toBeVisible();
  await expect(page.locator("#tree")).toBeHidden();
  await page.click("#following");
  await page.keyboard.press("End");
  await expect.poll(() => subject(page)).toBe("pages");
  await expect(page.locator("#tree")).toBeVisible();
  await page.keyboard.press("3");
  await expect.poll(() => subject(page)).toBe("addresses");
  await expect(page.getByRole("radio", { name: "Addresses" })).toBeChecked();
  await page.keyboard.press("Home");
  expect(await subject(page)).toBe("addresses");
  expect(await page.evaluate(() => window.pageframe!.viewSettings())).toContain("u2");
});

test("a link brings the reader's choice along", async ({ page, site }) => {
  await open(page, site, fragment_of({ text: slabs, view: "1u0" }));
  expect(await subject(page)).toBe("pages");
  await expect(page.locator("#tree")).toBeVisible();
});

test("on a phone, show() brings up the tab of its view", async ({ page, site }) => {
  await page.setViewportSize({ width: 390, height: 844 });
  await open(page, site, fragment_of({ text: slabs, at: [3, 0] }));
  await expect(page.getByRole("tab", { name: "Tree" })).toHaveAttribute("aria-selected", "true");
  await page.selectOption("#subject-select", "slabs");
  await expect(page.getByRole("tab", { name: "Slabs" })).toBeVisible();
  await expect(page.getByRole("tab", { name: "Tree" })).toBeHidden();
});

test("a question waits for the reader's answer", async ({ page, site }) => {
  await open(page, site, fragment_of({ text: question, at: [1, 0] }));
  await expect(page.locator("#prediction")).toBeHidden();
  await page.selectOption("#speed", "64");
  await page.click("#play");
  await expect(page.locator("#sentence")).toHaveText("How many frames has a block of order 5?");
  await expect(page.locator("#play")).toHaveAttribute("aria-label", "Play");
  const field = page.getByLabel("Your answer");
  await field.fill("0x10");
  await field.press("Enter");
  await expect(page.locator(".outcome")).toHaveText("You said 0x10; it is 32.");
  await page.keyboard.press("ArrowRight");
  await page.click("#previous");
  await expect(page.locator(".outcome")).toHaveText("You said 0x10; it is 32.");
  await expect(field).toBeHidden();
});

test("the right answer is told so, and the embed asks too", async ({ page, site }) => {
  await open(page, site, "embed.html" + fragment_of({ text: question, at: [2, 0] }));
  await page.getByLabel("Your answer").fill("32");
  await page.getByRole("button", { name: "Answer" }).click();
  await expect(page.locator(".outcome.right")).toHaveText("You said 32: that is so.");
});

test("the help page fits a phone, and its links lead somewhere", async ({ page, site }) => {
  await page.setViewportSize({ width: 360, height: 740 });
  await page.goto(new URL("help.html", site).href);
  await expect(page.getByRole("heading", { level: 1 })).toBeVisible();
  expect(await page.evaluate(() => document.documentElement.scrollWidth)).toBeLessThanOrEqual(360);
  const missing = await page.evaluate(() =>
    [...document.querySelectorAll<HTMLAnchorElement>('a[href^="#"]')].filter((link) => !document.querySelector(link.hash)).length,
  );
  expect(missing).toBe(0);
});

test("SLUB and SLAB run the same text side by side, and a narrow embed shows its subject alone", async ({ page, site }) => {
  for (const width of [1440, 390]) {
    await page.setViewportSize({ width, height: 800 });
    await page.goto(new URL("side_by_side.html", site).href);
    expect(await page.evaluate(() => document.documentElement.scrollWidth)).toBeLessThanOrEqual(width);
    for (const name of ["SLUB", "SLAB"]) {
      const frame = page.frameLocator(`iframe[title="The same text on ${name}"]`);
      await frame.getByRole("button", { name: "Next →" }).click();
      await expect(frame.locator("#place")).toContainText("op 1 / 99");
      await expect(frame.locator("#slabs")).toBeVisible();
      await expect(frame.locator("#memory")).toBeHidden();
      await expect(frame.locator("#walk")).toBeHidden();
    }
  }
});
