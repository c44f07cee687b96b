// What every page test starts from:
//
//   import { test, expect, open } from "./site.mjs";
//   test("...", async ({ page, site }) => { await open(page, site, "#link"); ... });
//
// The site is served from a path of its own, not from the root, since it must work
// from any. A page that reports an error fails its test, whatever it looked for.
import { test as base, expect } from "@playwright/test";
import { dirname, join } from "node:path";
import { fileURLToPath } from "node:url";
import { deflateRawSync } from "node:zlib";
import { serve } from "../../web/static_server.mjs";

// PAGEFRAME_SITE: another folder, such as one that was published.
const built = process.env.PAGEFRAME_SITE ?? join(dirname(fileURLToPath(import.meta.url)), "../../build/web/site");

export { expect };

export const test = base.extend({
  site: [
    async ({}, use) => {
      const server = await serve(built, 0, "/some/where/");
      await use(server.address);
      await server.close();
    },
    { scope: "worker" },
  ],
  page: async ({ page }, use) => {
    const errors = [];
    page.on("pageerror", (error) => errors.push(error.message));
    page.on("console", (message) => message.type() === "error" && errors.push(message.text()));
    await use(page);
    expect(errors).toEqual([]);
  },
});

// Opens a link and waits for the first frame.
export async function open(page, site, link = "") {
  await page.goto(new URL(link, site).href);
  await page.waitForSelector("html[data-ready]");
  await still(page);
}

// Waits until the canvas has come to rest: no frame drawn for a while.
export async function still(page) {
  for (let before = -1, now = await frames(page); now !== before; ) {
    before = now;
    await page.waitForTimeout(150);
    now = await frames(page);
  }
}

export const frames = (page) => page.evaluate(() => window.pageframe.frameStatistics().framesDrawn);

// A scenario of the tests' own, so that they don't hang on the gallery.
export const scenario = `// Two blocks
machine { ram = 64M; }

struct page *p = alloc_pages(GFP_KERNEL, 5);
note("The first half of an order-6 block.");
struct page *q = alloc_pages(GFP_KERNEL, 3);
__free_pages(p, 5);
__free_pages(q, 3);
`;

// The fragment of a link, made here apart from the page's own code.
export function fragment_of(payload, parameters = "") {
  const json = typeof payload === "string" ? payload : JSON.stringify(payload);
  return `#deflate1:${deflateRawSync(json).toString("base64url")}${parameters}`;
}

// Opens the tests' scenario, at a position.
export const open_scenario = (page, site, at = [0, 0], path = "") =>
  open(page, site, path + fragment_of({ text: scenario, at }));

// Writes a long text into the editor; Playwright's fill() takes seconds for one.
export const write = (page, text) =>
  page.evaluate((text) => {
    const field = document.querySelector("#text");
    field.value = text;
    field.dispatchEvent(new Event("input", { bubbles: true }));
  }, text);

// What a view shows, as a picture.
export async function picture_of(page, view) {
  await still(page);
  const clip = await page.locator(`[data-view=${view}]:visible`).boundingBox();
  return page.screenshot({ clip });
}

// How many colours a picture has.
export const colour_count = (page, picture) =>
  page.evaluate(async (data) => {
    const image = new Image();
    image.src = `data:image/png;base64,${data}`;
    await image.decode();
    const canvas = new OffscreenCanvas(image.width, image.height);
    const context = canvas.getContext("2d");
    context.drawImage(image, 0, 0);
    const { buffer } = context.getImageData(0, 0, image.width, image.height).data;
    return new Set(new Uint32Array(buffer)).size;
  }, picture.toString("base64"));

export const hash_of = (page) => page.evaluate(() => window.pageframe.hash());
export const position_of = (page) => page.evaluate(() => window.pageframe.position());

// The colours of the page's picture at places in CSS pixels, as "#rrggbb".
export async function colours(page, places) {
  const picture = (await page.screenshot()).toString("base64");
  return page.evaluate(
    async ({ picture, places }) => {
      const image = new Image();
      image.src = `data:image/png;base64,${picture}`;
      await image.decode();
      const canvas = document.createElement("canvas");
      canvas.width = image.width;
      canvas.height = image.height;
      const context = canvas.getContext("2d");
      context.drawImage(image, 0, 0);
      return places.map(([x, y]) => {
        const ratio = image.width / innerWidth;
        const [red, green, blue] = context.getImageData(Math.floor(x * ratio), Math.floor(y * ratio), 1, 1).data;
        return "#" + [red, green, blue].map((part) => part.toString(16).padStart(2, "0")).join("");
      });
    },
    { picture, places },
  );
}
