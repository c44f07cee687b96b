// Links: what is shared is what opens; what is damaged or hostile opens the page all the same.
import { deflateRawSync } from "node:zlib";
import {
  expect,
  fragment_of,
  hash_of,
  open,
  open_scenario,
  picture_of,
  position_of,
  scenario,
  test,
  write,
} from "./site.mjs";

test.use({ permissions: ["clipboard-read", "clipboard-write"] });

const clipboard = (page: any): Promise<string> => page.evaluate(() => navigator.clipboard.readText());

test("a shared link opens the same picture", async ({ page, site, context }) => {
  await open_scenario(page, site);
  for (let events = 0; events < 4; ++events) await page.keyboard.press("ArrowRight");
  await page.click("#share");
  await expect(page.locator(".notice.done")).toContainText("Link copied");
  const link = await clipboard(page);
  expect(link).toMatch(/#deflate1:[\w-]+$/);

  const other = await context.newPage();
  await open(other, site, new URL(link).hash);
  await page.locator(".notice .close").first().click();
  for (const text of ["#call", "#sentence", "#place", "#function"])
    expect(await other.textContent(text), text).toBe(await page.textContent(text));
  expect(await other.inputValue("#text")).toBe(await page.inputValue("#text"));
  expect(await hash_of(other)).toBe(await hash_of(page));
  for (const view of ["memory", "tree", "free_lists"]) {
    await page.mouse.move(2, 2);
    await other.mouse.move(2, 2);
    expect((await picture_of(other, view)).equals(await picture_of(page, view)), view).toBe(true);
  }
});

test("letters of every kind travel", async ({ page, site }) => {
  const text = '// Ünïcödé 漢字 🧠 <script>alert(1)</script> & "quotes" \\ back\n' + scenario;
  await open(page, site);
  await page.fill("#text", text);
  await page.click("#share");
  await expect(page.locator(".notice.done")).toBeVisible();
  const link = await clipboard(page);
  await page.evaluate(() => localStorage.clear());
  await page.goto("about:blank");
  await open(page, site, new URL(link).hash);
  await expect(page.locator("#text")).toHaveValue(text);
  await expect(page.locator("#title")).toHaveText(/<script>alert\(1\)<\/script>/);
});

test("a long link says so", async ({ page, site }) => {
  const lines = Array.from(
    { length: 4000 },
    (_, line) => `// ${(line * 2654435761) % 4294967296} ${Math.imul(line, 40503) >>> 0}`,
  );
  await open_scenario(page, site);
  await write(page, lines.slice(0, 1200).join("\n"));
  await page.click("#share");
  await expect(page.locator(".notice.warning")).toContainText("8,000");
  await write(page, lines.join("\n"));
  await page.click("#share");
  await expect(page.locator(".notice.warning")).toContainText(/too long/);
});

test("without a clipboard, a dialog has the link, selected", async ({ page, site, context }) => {
  await open_scenario(page, site, [1, 0]);
  await page.evaluate(() => (navigator.clipboard.writeText = () => Promise.reject(new Error("no"))));
  await page.click("#share");
  await expect(page.locator("#link-dialog")).toBeVisible();
  const { value, chosen } = await page.evaluate(() => {
    const field = document.querySelector<HTMLTextAreaElement>("#link-text")!;
    return { value: field.value, chosen: field.value.slice(field.selectionStart, field.selectionEnd) };
  });
  expect(value).toContain("#deflate1:");
  expect(chosen).toBe(value);
  await page.keyboard.press("Escape");
  await expect(page.locator("#link-dialog")).toBeHidden();
});

test("an address that changes while the page is open is followed", async ({ page, site }) => {
  await open_scenario(page, site);
  const text = "// Another\nstruct page *p = alloc_page(GFP_KERNEL);\n";
  await page.evaluate((fragment) => (location.hash = fragment), fragment_of({ text, at: [1, 0] }));
  await expect(page.locator("#text")).toHaveValue(text);
  expect(await position_of(page)).toEqual({ operation: 1, event: 0 });
});

test("an example by name, at a step", async ({ page, site }) => {
  const [{ examples }] = await (await fetch(new URL("examples/index.json", site))).json();
  await open(page, site, `#example=${examples[0].file.replace(/\.\w+$/, "")}&at=1.0&theme=light`);
  expect(await position_of(page)).toEqual({ operation: 1, event: 0 });
  await expect(page.locator("html")).toHaveAttribute("data-theme", "light");
});

const good = fragment_of({ text: scenario, at: [2, 0] });
const bomb = deflateRawSync(Buffer.alloc(200 << 20, 0x20), { level: 9 }).toString("base64url");
const bad: Record<string, string> = {
  "cut off": good.slice(0, good.length - 12),
  "cut to nothing": "#deflate1:",
  "wrong letters": good.slice(0, 40) + "*%$" + good.slice(43),
  "letters changed": good.slice(0, 60) + "AAAAAAAA" + good.slice(68),
  "no JSON": fragment_of("{"),
  "JSON of another shape": fragment_of([1, 2, 3]),
  "no text": fragment_of({ at: [1, 0] }),
  "text that is no text": fragment_of({ text: { length: 5 } }),
  "text that does not fit its check": fragment_of({ text: scenario, check: 1 }),
  "JSON nested without end": fragment_of("[".repeat(500_000)),
  "no UTF-8": `#deflate1:${deflateRawSync(Buffer.from([0x22, 0xff, 0xfe, 0x22])).toString("base64url")}`,
  "a later codec": good.replace("deflate1", "brotli2"),
  "a later language": fragment_of({ text: scenario, language: 99 }),
  "a negative step": fragment_of({ text: scenario, at: [-1, 0] }),
  "a step that is no number": fragment_of({ text: scenario, at: ["1", {}] }),
  "a step beyond all bounds": fragment_of({ text: scenario, at: [1e300, 0] }),
  "half a percent sign": "#example=%E0%A4%A",
  "an example that is none": "#example=no_such_thing",
  "an example outside of the folder": "#example=..%2F..%2Fetc%2Fpasswd",
  "a bomb of 200 MiB": `#deflate1:${bomb}`,
};
for (const [what, fragment] of Object.entries(bad))
  test(`a link with ${what} opens the page with a message`, async ({ page, site }) => {
    await open(page, site, fragment);
    const notice = page.locator(".notice.error");
    await expect(notice).toHaveCount(1);
    expect((await notice.locator("p").textContent())!.length).toBeGreaterThan(20);
    // The page works: an example is there, and can be stepped.
    await expect(page.locator("#place")).toHaveText(/op 0 \/ [1-9]/);
    await page.click("#next");
    await expect(page.locator("#place")).toHaveText(/op 1 \//);
    await notice.getByRole("button", { name: "Dismiss" }).click();
    await expect(notice).toHaveCount(0);
  });

test("a step past the end shows the end, and says so", async ({ page, site }) => {
  await open(page, site, fragment_of({ text: scenario, at: [4_000_000, 7] }));
  await expect(page.locator(".notice")).toContainText("past the end");
  expect(await position_of(page)).toEqual({ operation: 5, event: 0 });
});

test("view settings that make no sense are ignored", async ({ page, site }) => {
  await open(
    page,
    site,
    fragment_of({ text: scenario, at: [1, 0], view: "zoom=1e999;zone=-7;\u0000</style>" }),
  );
  await expect(page.locator("#place")).toContainText("op 1 / 5");
  await expect(page.locator(".notice.error")).toHaveCount(0);
});

test("a damaged link while the page is open leaves what is there", async ({ page, site }) => {
  await open_scenario(page, site, [2, 0]);
  await page.evaluate(() => (location.hash = "#deflate1:AAAA"));
  await expect(page.locator(".notice.error")).toBeVisible();
  await expect(page.locator("#text")).toHaveValue(scenario);
  expect(await position_of(page)).toEqual({ operation: 2, event: 0 });
});
