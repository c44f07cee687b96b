// The pictures of addresses in the page: the lens, the sizes, a trace of references dropped on the page.
import { gzipSync } from "node:zlib";
import { colour_count, expect, fragment_of, open, picture_of, still, test } from "./site.mjs";

const scenario = `// A page of a vmalloc area
machine { ram = 64M; cpus = 2; seed = 1; }
char *v = vmalloc(3 * PAGE_SIZE);
v[0x1234] = 42;
v[0x1235] = 43;
vfree(v);
`;

const open_addresses = (page: any, site: string, at: number[] = [2, 0]): Promise<void> =>
  open(page, site, fragment_of({ text: scenario, at }));

for (const [width, height] of [
  [1440, 900],
  [1024, 700],
  [768, 1024],
  [390, 844],
  [360, 600],
])
  test(`at ${width}x${height} every picture of addresses is drawn and nothing overflows`, async ({ page, site }) => {
    await page.setViewportSize({ width, height });
    await open_addresses(page, site);
    await expect(page.locator("body")).toHaveAttribute("data-subject", "addresses");
    const tabs = await page.locator("#tabs [role=tab]:visible").all();
    for (const tab of tabs.length > 0 ? tabs : [null]) {
      await tab?.click();
      await still(page);
      const outside = await page.evaluate(() =>
        [...document.querySelectorAll<HTMLElement>("main section, main [data-view], .lens-form input, .heading")]
          .map((element) => ({ element, box: element.getBoundingClientRect() }))
          .filter(({ box }) => box.width > 0 && (box.left < -0.5 || box.right > innerWidth + 0.5 || box.bottom > innerHeight + 0.5))
          .map(({ element }) => element.id || element.dataset["view"] || element.className),
      );
      expect(outside).toEqual([]);
    }
    for (const name of ["walk", "vmalloc", "tlb"]) {
      const tab = page.locator(`#tabs [value="${name}"]`);
      if (await tab.isVisible()) await tab.click();
      await still(page);
      expect(await colour_count(page, await picture_of(page, name)), name).toBeGreaterThan(8);
    }
  });

test("the lens tells what an address is, and takes addresses and frames", async ({ page, site }) => {
  await page.setViewportSize({ width: 1440, height: 900 });
  await open_addresses(page, site);
  const levels = page.locator(".lens-levels li");
  await expect(levels.first()).toContainText("ffffc900 00001 234");
  await expect(levels.nth(1)).toContainText("3 pages and a guard page, page 1");
  await expect(page.locator(".lens-levels")).toContainText("zone DMA32");

  const field = page.getByLabel("Address or page frame number");
  await field.fill("hello");
  await field.press("Enter");
  await expect(page.locator("#lens [role=alert]")).toContainText("That is no address");
  await expect(levels.first()).toContainText("ffffc900 00001 234");

  await field.fill("pfn 100");
  await field.press("Enter");
  await expect(page.locator("#lens [role=alert]")).toBeHidden();
  await expect(levels.first()).toContainText("ffff8880 00064 000");
  await expect(page.locator(".lens-levels")).toContainText("zone DMA");
  await page.getByRole("button", { name: "Let go" }).click();
  await expect(levels.first()).toContainText("ffffc900 00001 234");

  await levels.nth(1).getByRole("button").focus();
  await page.keyboard.press("Enter");
  await expect(levels.first()).toContainText("ffffc900 00000 000");
  await page.click("#next");
  await expect(levels.first()).toContainText("ffffc900 00001 235");
});

/** Instructions on one page, and loads that go round `pages` pages. */
function trace(pages: number, rounds: number): string {
  let text = "==1== Lackey, an example Valgrind tool\n";
  for (let round = 0; round < rounds; ++round)
    for (let number = 0; number < pages; ++number) {
      text += "I  04001030,3\n";
      text += ` L ${(0x10000000 + number * 4096).toString(16)},8\n`;
    }
  return text;
}

async function drop(page: any, name: string, bytes: Buffer): Promise<void> {
  const transfer = await page.evaluateHandle(
    ([name, base64]: [string, string]) => {
      const transfer = new DataTransfer();
      const bytes = Uint8Array.from(atob(base64), (character) => character.charCodeAt(0));
      transfer.items.add(new File([bytes], name));
      return transfer;
    },
    [name, bytes.toString("base64")] as [string, string],
  );
  await page.dispatchEvent("body", "drop", { dataTransfer: transfer });
}

test("a trace dropped on the page is counted, and read again with other TLBs", async ({ page, site }) => {
  await open_addresses(page, site);
  await drop(page, "round.trace.gz", gzipSync(trace(100, 200)));
  const dialog = page.getByRole("dialog", { name: "round.trace.gz" });
  await expect(dialog).toContainText("40,000 references");
  const row = dialog.getByRole("row", { name: /^Data/ });
  await expect(row).toContainText("20,000");
  // 100 pages in 16 sets of 4: every set has more than four of them, in turn.
  await expect(row.locator("td").nth(1)).toHaveText("20,000");
  await expect(row.locator("td").nth(3)).toHaveText("100");
  await expect(dialog.locator("svg")).toHaveCount(2);
  await expect(dialog).toContainText("101 page walks");

  // What stands there is of other TLBs, and says so, until it is read again; a chosen processor is read at once.
  const counts = dialog.locator(".trace-result");
  await expect(counts).toHaveCSS("opacity", "1");
  await dialog.getByLabel("Data").fill("128,128");
  await expect(counts).not.toHaveCSS("opacity", "1");
  await dialog.getByRole("button", { name: "Read again" }).click();
  await expect(row.locator("td").nth(1)).toHaveText("100");
  await dialog.getByLabel("Data").fill("7,2");
  await dialog.getByRole("button", { name: "Read again" }).click();
  await expect(dialog.getByRole("status")).toContainText("Data:");
  await dialog.getByLabel("TLBs").selectOption({ label: "zen2" });
  await expect(dialog.getByLabel("Second level")).toHaveValue("512,8/2048,16");
  // 100 pages go round in the 64 entries of one set.
  await expect(row.locator("td").nth(1)).toHaveText("20,000");
  await expect(row.locator("td").nth(3)).toHaveText("100");
  await expect(counts).toHaveCSS("opacity", "1");
  await dialog.getByRole("button", { name: "Close" }).click();
  await expect(dialog).toBeHidden();
  await expect(page.locator("#title")).toContainText("A page of a vmalloc area");
});

test("a damaged trace says what is wrong, and what was open stays", async ({ page, site }) => {
  await open_addresses(page, site);
  const whole = gzipSync(trace(50, 500));
  await drop(page, "half.trace.gz", whole.subarray(0, whole.length / 2));
  const dialog = page.getByRole("dialog", { name: "half.trace.gz" });
  await expect(dialog.getByRole("status")).toContainText("can’t be used");
  await page.keyboard.press("Escape");
  await drop(page, "odd.trace", Buffer.from(trace(2, 2) + " L nonsense\n"));
  await expect(page.getByRole("dialog").getByRole("status")).toContainText("line");
  await page.keyboard.press("Escape");
  await expect(page.locator("#title")).toContainText("A page of a vmalloc area");
});
