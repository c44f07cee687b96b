// Writing: errors with their places, drafts that survive, examples, files.
import { gzipSync } from "node:zlib";
import { expect, fragment_of, open, open_scenario, position_of, scenario, test } from "./site.mjs";

const wrong = "machine { ram = 64M; }\nstruct page *p = aloc_pages(GFP_KERNEL, 5);\n";

test("an error has line, column and message; the picture stays; the text survives a reload", async ({
  page,
  site,
}) => {
  await open(page, site);
  await page.fill("#text", wrong);
  const error = page.locator("#messages .error").first();
  await expect(error).toContainText("2:18");
  await expect(error).toContainText("alloc_pages");
  await expect(page.locator("#text")).toHaveAttribute("aria-invalid", "true");
  await expect(page.locator(".squiggle")).toHaveCount(1);
  await error.getByRole("button").click();
  expect(
    await page.evaluate(() => {
      const { value, selectionStart, selectionEnd } = document.querySelector("textarea")!;
      return value.slice(selectionStart, selectionEnd);
    }),
  ).toBe("aloc_pages");

  await page.reload();
  await page.waitForSelector("html[data-ready]");
  await expect(page.locator("#text")).toHaveValue(wrong);
  await expect(page.locator("#messages .error").first()).toContainText("2:18");
});

test("every keystroke is kept at once", async ({ page, site }) => {
  await open(page, site);
  await page.locator("#text").fill("");
  await page.locator("#text").pressSequentially("// half a thou");
  await page.reload();
  await expect(page.locator("#text")).toHaveValue("// half a thou");
});

test("another run stays at the position where it can", async ({ page, site }) => {
  await open_scenario(page, site, [2, 0]);
  await page.fill("#text", `${scenario}\nstruct page *r = alloc_page(GFP_KERNEL);\n`);
  await expect(page.locator("#place")).toContainText("/ 6");
  expect(await position_of(page)).toEqual({ operation: 2, event: 0 });
  await page.fill("#text", wrong);
  await expect(page.locator("#messages .error")).toHaveCount(1);
  await page.fill("#text", scenario);
  await expect(page.locator("#messages .error")).toHaveCount(0);
  expect(await position_of(page)).toEqual({ operation: 2, event: 0 });
});

test("Ctrl+Enter runs without waiting", async ({ page, site }) => {
  await open_scenario(page, site);
  await page.fill("#text", `${scenario}\nstruct page *r = alloc_page(GFP_KERNEL);\n`);
  await page.focus("#text");
  await page.keyboard.press("Control+Enter");
  await expect(page.locator("#log-count")).toHaveText("6 operations", { timeout: 350 });
});

test("keys in the editor belong to the editor", async ({ page, site }) => {
  await open_scenario(page, site, [1, 0]);
  await page.focus("#text");
  for (const key of ["Home", "ArrowRight", "ArrowLeft", "End"]) await page.keyboard.press(key);
  expect(await position_of(page)).toEqual({ operation: 1, event: 0 });
  await page.keyboard.type(" x");
  await page.keyboard.press("Backspace");
  await page.keyboard.press("Backspace");
  await expect(page.locator("#text")).toHaveValue(scenario);
  await page.keyboard.press("Tab");
  await expect(page.locator("#text")).not.toBeFocused();
});

test("the menu of examples: keyboard, and the address that follows", async ({ page, site }) => {
  await open(page, site);
  await page.focus("#examples");
  await page.keyboard.press("Enter");
  const items = page.locator("#examples-menu [role=menuitem]");
  await expect(items.first()).toBeFocused();
  await page.keyboard.press("ArrowDown");
  await expect(items.nth(1)).toBeFocused();
  await page.keyboard.press("Escape");
  await expect(page.locator("#examples")).toBeFocused();
  await page.click("#examples");
  const title = await items.nth(1).locator(".title").textContent();
  await items.nth(1).click();
  await expect(page.locator("#title")).toHaveText(title!);
  await expect(page).toHaveURL(/#example=[\w.-]+$/);
  await page.reload();
  await expect(page.locator("#title")).toHaveText(title!);
});

test("every example of the gallery runs", async ({ page, site }) => {
  test.slow();
  const groups = await (await fetch(new URL("examples/index.json", site))).json();
  const names = groups.flatMap((group: any) =>
    group.examples.map((example: any) => example.file.replace(/\..*$/, "")),
  );
  expect(names.length).toBeGreaterThanOrEqual(6);
  for (const name of names) {
    await open(page, site, `#example=${name}`);
    await expect(page.locator("#place"), name).toHaveText(/op 0 \/ [1-9]/);
    await expect(page.locator("#messages .error"), name).toHaveCount(0);
    await expect(page.locator(".notice"), name).toHaveCount(0);
  }
});

test("a link does not destroy the draft", async ({ page, site }) => {
  await open(page, site);
  const draft = "// My own thoughts\nstruct page *mine = alloc_page(GFP_KERNEL);\n";
  await page.fill("#text", draft);
  await page.evaluate((fragment) => (location.hash = fragment), fragment_of({ text: scenario }));
  await expect(page.locator("#text")).toHaveValue(scenario);
  const offer = page.locator(".notice", { hasText: "My own thoughts" });
  await expect(offer).toBeVisible();
  await offer.getByRole("button", { name: "Return to it" }).click();
  await expect(page.locator("#text")).toHaveValue(draft);

  await page.goto(new URL(fragment_of({ text: scenario }), site).href);
  await page.reload();
  await page.waitForSelector("html[data-ready]");
  await expect(page.locator("#text")).toHaveValue(scenario);
  await page.locator("#text").press("End");
  await page.locator("#text").pressSequentially(" ");
  await page.click("#examples");
  await page.locator("[role=menuitem]", { hasText: "My own thoughts" }).click();
  await expect(page.locator("#text")).toHaveValue(draft);
});

async function drop(page: any, name: string, bytes: Buffer) {
  const transfer = await page.evaluateHandle(
    ({ name, data }: { name: string; data: string }) => {
      const transfer = new DataTransfer();
      transfer.items.add(new File([Uint8Array.from(atob(data), (c) => c.charCodeAt(0))], name));
      return transfer;
    },
    { name, data: bytes.toString("base64") },
  );
  await page.dispatchEvent("#memory", "dragenter", { dataTransfer: transfer });
  await expect(page.locator("#drop")).toBeVisible();
  await page.dispatchEvent("#memory", "drop", { dataTransfer: transfer });
  await expect(page.locator("#drop")).toBeHidden();
}

test("a scenario dropped on the page opens, plain or gzipped", async ({ page, site }) => {
  await open(page, site);
  await drop(page, "dropped.pf", Buffer.from(scenario));
  await expect(page.locator("#text")).toHaveValue(scenario);
  await expect(page.locator("#file-name")).toHaveText("dropped.pf");
  await drop(page, "packed.pf.gz", gzipSync(scenario + "// packed\n"));
  await expect(page.locator("#text")).toHaveValue(scenario + "// packed\n");
  await expect(page.locator("#file-name")).toHaveText("packed.pf");
});

test("a recording opens by drop, and from the gallery; a link names the gallery's", async ({
  page,
  site,
  context,
}) => {
  await context.grantPermissions(["clipboard-read", "clipboard-write"]);
  const bytes = Buffer.from(await (await fetch(new URL("examples/buddy_a.txt.gz", site))).arrayBuffer());
  await open(page, site);
  await drop(page, "buddy_a.txt.gz", bytes);
  await expect(page.locator("#origin")).toHaveText("recording");
  await expect(page.locator("#place")).toContainText("op 0 / 2,030");
  await expect(page.locator("#log .row").first()).toContainText("alloc_pages");
  await page.click("#share");
  await expect(page.locator(".notice")).toContainText("too long for a link");

  await open(page, site, "#example=buddy_a&at=700.2");
  await page.reload();
  await page.waitForSelector("html[data-ready]");
  await expect(page.locator("#place")).toContainText("op 701 / 2,030 · event 2 /");
  await page.click("#share");
  await expect(page.locator(".notice.done")).toContainText("Link copied");
  expect(await page.evaluate(() => navigator.clipboard.readText())).toMatch(/#example=buddy_a&at=700\.2/);
});

test("a file that is no text is told, and changes nothing", async ({ page, site }) => {
  await open_scenario(page, site);
  await drop(page, "picture.png", Buffer.from([0x89, 0x50, 0x4e, 0x47, 0xff, 0xfe]));
  await expect(page.locator(".notice.error")).toContainText("picture.png was not opened");
  await drop(page, "broken.gz", Buffer.from([0x1f, 0x8b, 8, 0, 1, 2, 3]));
  await expect(page.locator(".notice.error")).toContainText("broken.gz was not opened");
  await expect(page.locator("#text")).toHaveValue(scenario);
});
