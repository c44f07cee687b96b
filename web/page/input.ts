// The canvas's pointer input, handed to the engine. Keys are not: they belong to the
// page, whose shortcuts call the engine by name.
//
// preventDefault is called in one case: a wheel turn that a view has used.
import type { Engine } from "./wasm";

const buttons = [0, 2, 1]; // the DOM's left, middle, right in ImGui's numbers

// In notches, whatever the unit the browser reports.
function notches(delta: number, mode: number): number {
  if (mode === WheelEvent.DOM_DELTA_LINE) return delta / 3;
  if (mode === WheelEvent.DOM_DELTA_PAGE) return delta;
  return delta / 100;
}

export function connect_input(canvas: HTMLCanvasElement, engine: Engine): void {
  const move = (event: PointerEvent | WheelEvent) => {
    const box = canvas.getBoundingClientRect();
    const kind = event instanceof PointerEvent ? event.pointerType : "mouse";
    engine.set_modifiers(event.ctrlKey, event.shiftKey, event.altKey, event.metaKey);
    engine.pointer_moved(kind, event.clientX - box.left, event.clientY - box.top);
  };

  canvas.addEventListener("pointermove", move);
  canvas.addEventListener("pointerdown", (event) => {
    move(event);
    canvas.setPointerCapture(event.pointerId);
    engine.pointer_button(buttons[event.button] ?? -1, true);
  });
  canvas.addEventListener("pointerup", (event) => {
    move(event);
    engine.pointer_button(buttons[event.button] ?? -1, false);
    if (event.pointerType === "touch") engine.pointer_left();
  });
  canvas.addEventListener("pointercancel", () => {
    for (const button of buttons) engine.pointer_button(button, false);
    engine.pointer_left();
  });
  canvas.addEventListener("pointerleave", () => engine.pointer_left());
  canvas.addEventListener(
    "wheel",
    (event) => {
      move(event);
      const box = canvas.getBoundingClientRect();
      const used = engine.wheel(
        event.clientX - box.left,
        event.clientY - box.top,
        notches(event.deltaX, event.deltaMode),
        notches(event.deltaY, event.deltaMode),
      );
      if (used) event.preventDefault();
    },
    { passive: false },
  );
}
