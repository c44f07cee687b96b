// The seam between HTML and canvas. The canvas covers the viewport behind the HTML; CSS
// lays out empty places, and each place's rectangle goes to the program, which draws there.
//
//     <div data-view="memory">  -- observed, measured once a frame -->  setViewRectangle
//
// A place that is not shown (another tab, no room) has no size, and its view is hidden. A view
// may have several places, one for each subject that it is part of: one of them is shown.

import type { Program, ViewName } from "./engine";

export function followViews(canvas: HTMLElement, program: Program): void {
  const places = [...document.querySelectorAll<HTMLElement>("[data-view]")];
  const told = new Map<string, string>();

  const measure = (): void => {
    const whole = canvas.getBoundingClientRect();
    const boxes = new Map<ViewName, readonly [number, number, number, number]>();
    for (const place of places) {
      const { left, top, width, height } = place.getBoundingClientRect();
      const name = place.dataset.view as ViewName;
      if (width > 1 && height > 1) boxes.set(name, [left - whole.left, top - whole.top, width, height]);
      else if (!boxes.has(name)) boxes.set(name, [0, 0, 0, 0]);
    }
    for (const [name, box] of boxes) {
      if (told.get(name) === box.join()) continue;
      told.set(name, box.join());
      program.setViewRectangle(name, ...box);
    }
  };
  let scheduled = false;
  const schedule = (): void => {
    if (scheduled) return;
    scheduled = true;
    requestAnimationFrame(() => {
      scheduled = false;
      measure();
    });
  };

  // A place moves only when something beside it ([data-measured]) changes its size, or
  // another tab is chosen.
  const sizes = new ResizeObserver(schedule);
  for (const element of [canvas, ...places, ...document.querySelectorAll("[data-measured]")])
    sizes.observe(element);
  new MutationObserver(schedule).observe(document.body, { attributes: true });
  measure();
}
