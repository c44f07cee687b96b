// Going through a run: buttons, keys, the slider on the canvas, events and log.
import {
  colour_count,
  colours,
  expect,
  frames,
  hash_of,
  open,
  open_scenario,
  picture_of,
  position_of,
  still,
  test,
} from "./site.mjs";

test("an example is drawn", async ({ page, site }) => {
  await open(page, site);
  await expect(page.locator("#title")).not.toBeEmpty();
  for (const view of ["memory", "free_lists", "landscape"])
    expect(await colour_count(page, await picture_of(page, view)), view).toBeGreaterThan(4);
});

test("Next changes sentence and picture, Back brings both back", async ({ page, site }) => {
  await open_scenario(page, site);
  // There and back once: the sentence's place has then grown to what these steps need, and stays.
  for (const way of ["#next", "#back"]) for (let events = 0; events < 5; ++events) await page.click(way);
  await page.mouse.move(2, 2);
  await still(page);
  const before = {
    sentence: await page.textContent("#sentence"),
    picture: await picture_of(page, "free_lists"),
    hash: await hash_of(page),
  };
  for (let events = 0; events < 5; ++events) await page.click("#next");
  await still(page);
  expect(await page.textContent("#sentence")).not.toBe(before.sentence);
  expect((await picture_of(page, "free_lists")).equals(before.picture)).toBe(false);
  for (let events = 0; events < 5; ++events) await page.click("#back");
  await page.mouse.move(2, 2);
  await expect.poll(() => hash_of(page)).toBe(before.hash);
  await expect(page.locator("#sentence")).toHaveText(before.sentence ?? "");
  await expect.poll(async () => (await picture_of(page, "free_lists")).equals(before.picture)).toBe(true);
});

test("what the step takes is amber in the picture and in the sentence", async ({ page, site }) => {
  await open_scenario(page, site, [1, 0]);
  const amber = await page.evaluate(() =>
    getComputedStyle(document.documentElement).getPropertyValue("--amber").trim(),
  );
  const box = await page.locator("[data-view=tree]").boundingBox();
  const places = [];
  for (let x = 2; x < box!.width; x += 6)
    for (let y = 2; y < box!.height; y += 6) places.push([box!.x + x, box!.y + y]);
  expect(await colours(page, places)).toContain(amber);
});

test("keys: arrows by event, with Shift by operation, Home, End, space", async ({ page, site }) => {
  await open_scenario(page, site);
  await page.keyboard.press("ArrowRight");
  expect(await position_of(page)).toEqual({ operation: 0, event: 1 });
  await page.keyboard.press("Shift+ArrowRight");
  expect(await position_of(page)).toEqual({ operation: 1, event: 0 });
  await page.keyboard.press("ArrowLeft");
  expect((await position_of(page)).operation).toBe(0);
  await page.keyboard.press("End");
  expect(await position_of(page)).toEqual({ operation: 5, event: 0 });
  await page.keyboard.press("Home");
  expect(await position_of(page)).toEqual({ operation: 0, event: 0 });
  await page.keyboard.press("Space");
  await expect(page.locator("#play")).toHaveAttribute("aria-label", "Pause");
  await expect.poll(async () => (await position_of(page)).event).toBeGreaterThan(0);
  await page.keyboard.press("Space");
  await expect(page.locator("#play")).toHaveAttribute("aria-label", "Play");
});

test("play goes to the end and stops there", async ({ page, site }) => {
  await open_scenario(page, site);
  await page.check("input[value=operation]", { force: true });
  await page.selectOption("#speed", "64");
  await page.click("#play");
  await expect.poll(async () => (await position_of(page)).operation).toBe(5);
  await expect(page.locator("#play")).toHaveAttribute("aria-label", "Play");
  await expect(page.locator("#place")).toContainText("op 5 / 5");
  await expect(page.locator("#next")).toHaveAttribute("aria-disabled", "true");
});

test("dragging the handle on the canvas seeks", async ({ page, site }) => {
  await open_scenario(page, site);
  const box = (await page.locator("[data-view=landscape]").boundingBox())!;
  const y = box.y + box.height - 8;
  await page.mouse.move(box.x + box.width * 0.1, y);
  await page.mouse.down();
  await page.mouse.move(box.x + box.width * 0.3, y, { steps: 4 });
  await page.mouse.move(box.x + box.width * 0.5, y, { steps: 4 });
  await page.mouse.up();
  await expect.poll(async () => (await position_of(page)).operation).toBeGreaterThan(1);
  const { operation } = await position_of(page);
  await expect(page.locator("#place")).toContainText(`op ${operation} / 5`);
});

test("the invisible slider is the same for the keyboard", async ({ page, site }) => {
  await open_scenario(page, site);
  await page.focus("#slider");
  await page.keyboard.press("ArrowRight");
  await page.keyboard.press("ArrowRight");
  expect(await position_of(page)).toEqual({ operation: 2, event: 0 });
  await expect(page.locator("#slider")).toHaveAttribute("aria-valuetext", /operation 2 of 5/);
});

test("a click on an event or in the log goes there", async ({ page, site }) => {
  await open_scenario(page, site, [1, 0]);
  await page.click("#events li:nth-child(2) button");
  expect(await position_of(page)).toEqual({ operation: 0, event: 2 });
  await expect(page.locator("#events li.present")).toHaveCount(1);
  await expect(page.locator("#events li:nth-child(2)")).toHaveClass("present");
  await page.click("#log-3");
  expect(await position_of(page)).toEqual({ operation: 4, event: 0 });
  await expect(page.locator("#log-3")).toHaveAttribute("aria-selected", "true");
});

test("the line of the present operation is marked in the scenario", async ({ page, site }) => {
  await open_scenario(page, site, [3, 0]);
  await expect(page.locator("#line-numbers .present")).toHaveText("6");
});

test("a log of 200,000 operations has few elements, and scrolls to its end", async ({ page, site }) => {
  const text =
    "machine { ram = 64M; }\nfor (int i = 0; i < 100000; i++) { struct page *p = alloc_page(GFP_KERNEL); __free_page(p); }\n";
  await open(page, site);
  await page.fill("#text", text);
  await expect(page.locator("#log-count")).toHaveText(/200,000|stopped/, { timeout: 30_000 });
  expect(await page.locator("#log .row").count()).toBeLessThan(60);
  await page.keyboard.press("Escape");
  await page.locator("#log").focus();
  await page.keyboard.press("End");
  await expect(page.locator("#log-199999")).toBeVisible();
  await page.evaluate(() => document.querySelector("#log")!.scrollTo(0, 0));
  await expect(page.locator("#log-0")).toBeVisible();
});

test("nothing is drawn while nothing changes", async ({ page, site }) => {
  await open_scenario(page, site, [0, 3]);
  const before = await frames(page);
  await page.waitForTimeout(1000);
  expect(await frames(page)).toBe(before);
});

test("the sentence is spoken, and the free lists stand in a table", async ({ page, site }) => {
  await open_scenario(page, site, [1, 0]);
  await expect(page.locator("#spoken")).toContainText("alloc_pages(GFP_KERNEL, 5)");
  await expect(page.locator("#spoken-table tbody tr").first()).toContainText("Node 0, zone");
  expect(await page.locator("#spoken-table thead th").count()).toBe(12);
});
