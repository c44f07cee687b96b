// The page's tests: tests/browser/*.spec.mjs or .ts, against the built site.
import { defineConfig } from "@playwright/test";
import { launch_options } from "./chromium.mjs";

export default defineConfig({
  testDir: ".",
  testMatch: /.*\.spec\.(mjs|ts)$/,
  outputDir: "../../build/results/browser",
  fullyParallel: true,
  workers: 2,
  // WebGL is drawn in software, on a machine that may be doing other things.
  timeout: 30_000,
  expect: { timeout: 15_000 },
  use: {
    browserName: "chromium",
    launchOptions: launch_options,
    viewport: { width: 1280, height: 800 },
    screenshot: "only-on-failure",
  },
});
