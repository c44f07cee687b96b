// The page as a whole: sizes, themes, weight, what a reader without eyes or graphics gets.
import { createRequire } from "node:module";
import { gzipSync } from "node:zlib";
import { colour_count, colours, expect, open, open_scenario, picture_of, scenario, test } from "./site.mjs";

const axe = createRequire(import.meta.url).resolve("axe-core/axe.min.js");

for (const [width, height] of [
  [1440, 900],
  [1280, 640],
  [1024, 768],
  [768, 1024],
  [768, 600],
  [390, 844],
  [360, 740],
  [360, 600],
])
  test(`at ${width}x${height} nothing overflows`, async ({ page, site }) => {
    await page.setViewportSize({ width, height });
    await open_scenario(page, site, [0, 3]);
    const tabs = await page.locator("#tabs [role=tab]:visible").all();
    for (const tab of tabs.length > 0 ? tabs : [null]) {
      await tab?.click();
      // The row of tabs scrolls within itself; the chosen one is always in sight.
      if (tab) await expect(tab).toBeInViewport({ ratio: 0.99 });
      const outside = await page.evaluate(() => {
        const { scrollWidth, scrollHeight, clientWidth, clientHeight } = document.documentElement;
        const found = scrollWidth > clientWidth || scrollHeight > clientHeight ? ["the page itself"] : [];
        const named =
          "header button, #telling, #sentence, .steps button, .controls, .controls button, #speed, #place, section, [data-view], .heading, #tabs";
        for (const element of document.querySelectorAll<HTMLElement>(named)) {
          const { left, right, top, bottom, width } = element.getBoundingClientRect();
          if (
            width > 0 &&
            (left < -0.5 || right > innerWidth + 0.5 || top < -0.5 || bottom > innerHeight + 0.5)
          )
            found.push(element.id || element.className || element.tagName);
        }
        return found;
      });
      expect(outside).toEqual([]);
    }
    await expect(page.locator("#next")).toBeInViewport({ ratio: 1 });
    await expect(page.locator("#play")).toBeInViewport({ ratio: 1 });
  });

test("the menu of examples stands within the page at every width", async ({ page, site }) => {
  await open_scenario(page, site);
  for (const [width, height] of [
    [1440, 900],
    [390, 844],
    [360, 640],
  ]) {
    await page.setViewportSize({ width, height });
    await page.click("#examples");
    await expect(page.locator("#examples-menu")).toBeInViewport({ ratio: 1 });
    await page.keyboard.press("Escape");
  }
});

test.describe("by touch", () => {
  test.use({ hasTouch: true, viewport: { width: 390, height: 844 } });

  /** Fingers on the page: what their touches are told by. */
  async function fingers(page: any) {
    const client = await page.context().newCDPSession(page);
    return (type: string, ...places: number[][]) => {
      const touchPoints = places.map(([x, y], id) => ({ x, y, id }));
      return client.send("Input.dispatchTouchEvent", { type, touchPoints });
    };
  }

  test("a swipe over the sentence goes to the next view", async ({ page, site }) => {
    await open_scenario(page, site, [0, 3]);
    const touch = await fingers(page);
    await touch("touchStart", [300, 90]);
    await touch("touchMove", [200, 92]);
    await touch("touchMove", [120, 94]);
    await touch("touchEnd");
    await expect(page.getByRole("tab", { name: "Tree" })).toHaveAttribute("aria-selected", "true");
    await expect(page.locator("#tree")).toBeVisible();
  });

  test("two fingers zoom the picture of memory", async ({ page, site }) => {
    await open_scenario(page, site, [0, 3]);
    const settings = () => page.evaluate(() => window.pageframe!.viewSettings());
    const before = await settings();
    const touch = await fingers(page);
    await touch("touchStart", [180, 400], [220, 400]);
    for (const apart of [40, 70, 100, 130]) await touch("touchMove", [200 - apart, 400], [200 + apart, 400]);
    await touch("touchEnd");
    await expect.poll(settings).not.toBe(before);
  });
});

test("on a phone, tabs show one thing at a time, and each view is drawn", async ({ page, site }) => {
  await page.setViewportSize({ width: 390, height: 844 });
  await open_scenario(page, site, [0, 3]);
  for (const [tab, view, views] of [
    ["Tree", "tree", 2],
    ["Lists", "free_lists", 3], // the zone's lists, and the CPUs' own
    ["Memory", "memory", 2],
  ] as const) {
    await page.getByRole("tab", { name: tab }).click();
    await expect(page.locator("[data-view]:visible")).toHaveCount(views); // the landscape is one of them
    expect(await colour_count(page, await picture_of(page, view)), view).toBeGreaterThan(4);
  }
  await page.getByRole("tab", { name: "Scenario" }).click();
  await expect(page.locator("#text")).toBeVisible();
  await page.keyboard.press("ArrowRight");
  await expect(page.getByRole("tab", { name: "Log" })).toBeFocused();
  await expect(page.locator("#log")).toBeVisible();
});

test("themes: the system's, the reader's, one palette for HTML and canvas", async ({ page, site }) => {
  await page.emulateMedia({ colorScheme: "light" });
  await open_scenario(page, site);
  const ground = () =>
    page.evaluate(() => getComputedStyle(document.documentElement).getPropertyValue("--ground").trim());
  const light = await ground();
  const [html, canvas] = await colours(page, [
    [4, 4],
    [1276, 640],
  ]);
  expect([html, canvas]).toEqual([light, light]);
  await page.click("#theme");
  const dark = await ground();
  expect(dark).not.toBe(light);
  await expect
    .poll(() =>
      colours(page, [
        [4, 4],
        [1276, 640],
      ]),
    )
    .toEqual([dark, dark]);
  await page.reload();
  await page.waitForSelector("html[data-ready]");
  await expect(page.locator("html")).toHaveAttribute("data-theme", "dark");
});

test("all that is loaded up to the first frame weighs at most 600 kB gzipped", async ({ page, site }) => {
  const sizes: Record<string, number> = {};
  const bodies: Promise<void>[] = [];
  page.on("response", (response: any) =>
    bodies.push(
      response.body().then(
        (body: Buffer) => {
          sizes[new URL(response.url()).pathname] = gzipSync(body, { level: 9 }).length;
        },
        () => {},
      ),
    ),
  );
  await open(page, site);
  await page.waitForLoadState("networkidle");
  await Promise.all(bodies);
  const sum = Object.values(sizes).reduce((sum, size) => sum + size, 0);
  console.log(`${sum} bytes gzipped in ${Object.keys(sizes).length} files`);
  expect(Object.keys(sizes).some((name) => name.endsWith(".wasm"))).toBe(true);
  expect(sum).toBeLessThanOrEqual(600_000);
});

test("nothing is loaded from elsewhere", async ({ page, site }) => {
  const elsewhere: string[] = [];
  page.on("request", (request: any) => {
    if (!/^(data|blob):/.test(request.url()) && !request.url().startsWith(site))
      elsewhere.push(request.url());
  });
  await open(page, site);
  expect(elsewhere).toEqual([]);
});

for (const [path, theme] of [
  ["", "dark"],
  ["", "light"],
  ["embed.html", "dark"],
  ["embed.html", "light"],
] as const)
  test(`axe finds nothing in ${path || "the page"}, ${theme}`, async ({ page, site }) => {
    await page.emulateMedia({ colorScheme: theme });
    await open_scenario(page, site, [0, 3], path);
    if (path === "") {
      await page.fill("#text", `${scenario}\nkmaloc(5);\n`);
      await expect(page.locator("#messages .error")).toHaveCount(1);
      await page.fill("#text", scenario);
      await page.click("#examples");
    }
    await page.evaluate(await (await import("node:fs/promises")).readFile(axe, "utf8"));
    const { violations } = await page.evaluate(() => (window as any).axe.run());
    expect(
      violations.map(
        (violation: any) =>
          `${violation.id}: ${violation.nodes.map((node: any) => `${node.target} ${node.failureSummary}`).join("; ")}`,
      ),
    ).toEqual([]);
  });

test.describe("what fails is told", () => {
  // These pages report errors: that is what they are about.
  test("a program that can't be loaded", async ({ browser, site }) => {
    const page = await browser.newPage();
    await page.route("**/*.wasm", (route) => route.fulfill({ status: 404, body: "" }));
    await page.goto(site);
    await expect(page.locator(".notice.error")).toContainText("could not be loaded");
    await page.close();
  });

  test("a browser without WebGL 2: sentence, events, log and table still work", async ({ browser, site }) => {
    const page = await browser.newPage();
    await page.addInitScript(() => {
      const original = HTMLCanvasElement.prototype.getContext as any;
      (HTMLCanvasElement.prototype as any).getContext = function (kind: string, ...rest: unknown[]) {
        return kind.startsWith("webgl") ? null : original.call(this, kind, ...rest);
      };
    });
    await open_scenario_in(page, site);
    await expect(page.locator(".notice")).toContainText("WebGL 2");
    const before = await page.textContent("#sentence");
    await page.click("#next");
    await expect.poll(() => page.textContent("#sentence")).not.toBe(before);
    expect(await page.locator("#log .row").count()).toBe(5);
    await expect(page.locator("#spoken-table tbody tr").first()).toContainText("Node 0");
    await page.close();
  });
});

async function open_scenario_in(page: any, site: string) {
  const { fragment_of } = await import("./site.mjs");
  await page.goto(new URL(fragment_of({ text: scenario }), site).href);
  await page.waitForSelector("html[data-ready]");
}
