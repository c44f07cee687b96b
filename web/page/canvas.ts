// The canvas's size, its views' places, and its context: everything that has to be
// told to the engine because the browser moved something.
import type { Engine } from "./wasm";

// The size in device pixels is the browser's own where it tells it: at fractional
// ratios a computed one would be off by a pixel, and blurred. A size farther off than
// that is not believed: with an emulated ratio Chromium tells the size without it.
export function follow_size(canvas: HTMLCanvasElement, engine: Engine): void {
  const resize = (width: number, height: number, exact?: ResizeObserverSize) => {
    const pixels = (css: number, told = 0) => {
      const computed = Math.round(css * devicePixelRatio);
      return Math.abs(told - computed) <= 1 ? told : computed;
    };
    canvas.width = pixels(width, exact?.inlineSize);
    canvas.height = pixels(height, exact?.blockSize);
    engine.resize(width, height, canvas.width, canvas.height);
  };
  const observer = new ResizeObserver((entries) => {
    for (const entry of entries) {
      const box = entry.contentBoxSize[0];
      if (box) resize(box.inlineSize, box.blockSize, entry.devicePixelContentBoxSize?.[0]);
    }
  });
  try {
    observer.observe(canvas, { box: "device-pixel-content-box" });
  } catch {
    // Safari has no such box: the element's own, and the ratio is watched apart.
    observer.observe(canvas);
    const watch = () => {
      resize(canvas.clientWidth, canvas.clientHeight);
      matchMedia(`(resolution: ${devicePixelRatio}dppx)`).addEventListener("change", watch, { once: true });
    };
    watch();
  }
}

// Measures every <div data-view="NAME"> and tells the engine what has changed.
// Call the function it returns after a change of layout that no resize shows.
export function follow_views(canvas: HTMLCanvasElement, engine: Engine): () => void {
  const told = new Map<string, string>();
  const measure = () => {
    const origin = canvas.getBoundingClientRect();
    const gone = new Set(told.keys());
    for (const view of document.querySelectorAll<HTMLElement>("[data-view]")) {
      const name = view.dataset.view ?? "";
      const box = view.getBoundingClientRect();
      const place = [box.left - origin.left, box.top - origin.top, box.width, box.height] as const;
      gone.delete(name);
      if (told.get(name) === place.join()) continue;
      told.set(name, place.join());
      engine.set_view_rectangle(name, ...place);
    }
    for (const name of gone) {
      told.delete(name);
      engine.set_view_rectangle(name, 0, 0, 0, 0);
    }
  };
  const observer = new ResizeObserver(measure);
  const observe = () => {
    observer.disconnect();
    observer.observe(document.body);
    for (const view of document.querySelectorAll("[data-view]")) observer.observe(view);
    measure();
  };
  new MutationObserver(observe).observe(document.body, {
    childList: true,
    subtree: true,
    attributeFilter: ["data-view", "class", "style", "hidden"],
  });
  addEventListener("scroll", measure, { capture: true, passive: true });
  addEventListener("resize", measure);
  observe();
  return measure;
}

export function survive_context_loss(canvas: HTMLCanvasElement, engine: Engine): void {
  canvas.addEventListener("webglcontextlost", (event) => {
    event.preventDefault();
    engine.context_lost();
  });
  canvas.addEventListener("webglcontextrestored", () => engine.context_restored());
}
