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
import { serve } from "../../web/static_server.mjs";

const built = join(dirname(fileURLToPath(import.meta.url)), "../../build/web/site");

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

export const frames = (page) => page.evaluate(() => window.pageframe.frames_drawn());

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
