// The card with the kernel's own texts.
import { expect, open_scenario, test } from "./site.mjs";

test("/proc shows the kernel's texts of the step, and follows", async ({ page, site }) => {
  await open_scenario(page, site, [0, 0]);
  await page.click("#proc-open");
  const text = page.locator("#proc-text");
  await expect(text).toHaveText(/Node 0, zone\s+DMA32/);
  const before = await text.textContent();
  await page.click("#next");
  await page.keyboard.press("Shift+ArrowRight");
  await expect(text).not.toHaveText(before!);
  await expect(text.locator(".changed").first()).toBeVisible();
  await page.selectOption("#proc-file", "zoneinfo");
  await expect(text).toHaveText(/pages free/);
  await page.selectOption("#proc-file", "slabinfo");
  await expect(text).toHaveText(/slabinfo - version: 2.1/);
  await page.click("#proc-close");
  await expect(text).toBeHidden();
});
