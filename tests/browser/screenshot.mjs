// A picture of the page, or of any link to it.
//
//   node tests/browser/screenshot.mjs [LINK] [--size WxH] [--ratio R]
//        [--theme dark|light] [--out FILE] [--wait MILLISECONDS] [--touch]
//
// LINK is a fragment (#deflate1:...), a path within the site (embed.html#...), or a
// whole address. The built site (web/serve --build-only) is served from here. Ends
// with 1, and says so, if the page reported an error.
import { chromium } from "@playwright/test";
import { dirname, join } from "node:path";
import { fileURLToPath } from "node:url";
import { serve } from "../../web/static_server.mjs";
import { launch_options } from "./chromium.mjs";

const root = join(dirname(fileURLToPath(import.meta.url)), "../..");

const options = { size: "1440x900", ratio: "1", theme: "", out: "screenshot.png", wait: "300" };
let link = "";
let touch = false;
for (let rest = process.argv.slice(2); rest.length > 0; ) {
  const word = rest.shift();
  const name = word.replace(/^--/, "");
  if (word === "--touch") touch = true;
  else if (word.startsWith("--") && name in options && rest.length > 0) options[name] = rest.shift();
  else if (!word.startsWith("--")) link = word;
  else {
    console.error(`unknown or incomplete option ${word}`);
    process.exit(2);
  }
}
const [width, height] = options.size.split("x").map(Number);

const site = await serve(join(root, "build/web/site"));
const browser = await chromium.launch(launch_options);
let errors = 0;
try {
  const context = await browser.newContext({
    viewport: { width, height },
    deviceScaleFactor: Number(options.ratio),
    colorScheme: options.theme === "light" ? "light" : "dark",
    hasTouch: touch,
    isMobile: touch,
  });
  const page = await context.newPage();
  const report = (text) => (errors++, console.error(`page: ${text}`));
  page.on("pageerror", (error) => report(error.message));
  page.on("console", (message) => message.type() === "error" && report(message.text()));
  const address = new URL(link, site.address);
  if (options.theme) {
    address.hash += `${address.hash ? "&" : ""}theme=${options.theme}`;
  }
  await page.goto(address.href);
  await page.waitForSelector("html[data-ready]", { timeout: 30_000 }).catch(() => report("it never became ready"));
  await page.evaluate(() => document.fonts.ready);
  await page.waitForTimeout(Number(options.wait));
  await page.screenshot({ path: options.out });
  console.log(`${options.out}: ${width}x${height} at ratio ${options.ratio}`);
} finally {
  await browser.close();
  await site.close();
}
process.exit(errors > 0 ? 1 : 0);
