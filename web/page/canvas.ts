// The canvas as the browser gives it: its size in device pixels, and its WebGL context,
// which the browser may take away.

import type { Program } from "./engine";
import { dismiss, notice } from "./notices";

/**
 * The size in device pixels is the browser's own where it tells it: at fractional ratios a
 * computed one would be off by a pixel, and blurred. A size farther off than that is not
 * believed: with an emulated ratio Chromium tells the size without it.
 */
export function followSize(canvas: HTMLCanvasElement, program: Program): void {
  const resize = (width: number, height: number, exact?: ResizeObserverSize): void => {
    const pixels = (css: number, told = 0): number => {
      const computed = Math.round(css * devicePixelRatio);
      return Math.abs(told - computed) <= 1 ? told : computed;
    };
    canvas.width = pixels(width, exact?.inlineSize);
    canvas.height = pixels(height, exact?.blockSize);
    program.resize(width, height, canvas.width, canvas.height);
  };
  const observer = new ResizeObserver((entries) => {
    for (const entry of entries) {
      const [box] = entry.contentBoxSize;
      if (box) resize(box.inlineSize, box.blockSize, entry.devicePixelContentBoxSize?.[0]);
    }
  });
  try {
    observer.observe(canvas, { box: "device-pixel-content-box" });
  } catch {
    // Safari has no such box: the element's own, and the ratio is watched apart.
    observer.observe(canvas);
    const watch = (): void => {
      resize(canvas.clientWidth, canvas.clientHeight);
      matchMedia(`(resolution: ${devicePixelRatio}dppx)`).addEventListener("change", watch, { once: true });
    };
    watch();
  }
}

export function surviveContextLoss(canvas: HTMLCanvasElement, program: Program): void {
  canvas.addEventListener("webglcontextlost", (event) => {
    event.preventDefault();
    program.contextLost();
    notice(
      "The browser took the graphics away for a while. The pictures come back by themselves; everything else goes on.",
      {
        topic: "context",
      },
    );
  });
  canvas.addEventListener("webglcontextrestored", () => {
    program.contextRestored();
    dismiss("context");
  });
}
