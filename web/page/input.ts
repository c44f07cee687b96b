// The canvas's pointer input, handed to the program. Keys are not: they belong to the page,
// whose shortcuts call the program by name (keyboard.ts).
//
//     mouse, pen, one finger   moved, pressed, let go
//     two fingers              pinch: a factor about their middle, and how far that moved
//     wheel                    offered; preventDefault only if a view has used it
//
// The listeners stand on the canvas: over HTML nothing is touched.

import type { Program } from "./engine";

const buttons = [0, 2, 1]; // the DOM's left, middle, right in the program's numbers

interface Point {
  x: number;
  y: number;
}

/** `refused` is told of a turn of the wheel that no view takes. */
export function connectInput(
  canvas: HTMLCanvasElement,
  program: Program,
  refused: (event: WheelEvent) => void = () => {},
): void {
  const place = (event: MouseEvent): Point => {
    const box = canvas.getBoundingClientRect();
    return { x: event.clientX - box.left, y: event.clientY - box.top };
  };
  const move = (event: MouseEvent): void => {
    const kind = event instanceof PointerEvent ? event.pointerType : "mouse";
    const { x, y } = place(event);
    program.setModifiers(event.ctrlKey, event.shiftKey, event.altKey, event.metaKey);
    program.pointerMoved(kind, x, y);
  };
  const letGo = (): void => {
    for (const button of buttons) program.pointerButton(button, false);
    program.pointerLeft();
  };

  const fingers = new Fingers();

  canvas.addEventListener("pointerdown", (event) => {
    if (fingers.down(event, place(event)) > 1) {
      letGo();
      return;
    }
    move(event);
    canvas.setPointerCapture(event.pointerId);
    program.pointerButton(buttons[event.button] ?? -1, true);
  });
  canvas.addEventListener("pointermove", (event) => {
    const pinch = fingers.moved(event, place(event));
    if (pinch) program.pinch(pinch.middle.x, pinch.middle.y, pinch.factor, pinch.moved.x, pinch.moved.y);
    else if (!fingers.pinching) move(event);
  });
  canvas.addEventListener("pointerup", (event) => {
    if (fingers.up(event)) return;
    move(event);
    program.pointerButton(buttons[event.button] ?? -1, false);
    if (event.pointerType === "touch") program.pointerLeft();
  });
  canvas.addEventListener("pointercancel", (event) => {
    fingers.up(event);
    letGo();
  });
  canvas.addEventListener("pointerleave", () => program.pointerLeft());
  canvas.addEventListener("contextmenu", (event) => event.preventDefault());

  canvas.addEventListener(
    "wheel",
    (event) => {
      move(event);
      const { x, y } = place(event);
      const used = program.wheel(
        x,
        y,
        notches(event.deltaX, event.deltaMode),
        notches(event.deltaY, event.deltaMode),
      );
      if (used) event.preventDefault();
      else refused(event);
    },
    { passive: false },
  );
}

/** In notches, whatever the unit the browser reports. */
function notches(delta: number, mode: number): number {
  if (mode === WheelEvent.DOM_DELTA_LINE) return delta / 3;
  if (mode === WheelEvent.DOM_DELTA_PAGE) return delta;
  return delta / 100;
}

/** The fingers on the canvas. From the second one's touch until all are gone it is a pinch. */
class Fingers {
  pinching = false;
  private readonly places = new Map<number, Point>();

  down(event: PointerEvent, place: Point): number {
    if (event.pointerType !== "touch") return 0;
    this.places.set(event.pointerId, place);
    if (this.places.size > 1) this.pinching = true;
    return this.places.size;
  }

  /** How the pinch went on, if it did. */
  moved(event: PointerEvent, place: Point): { middle: Point; factor: number; moved: Point } | null {
    if (!this.places.has(event.pointerId)) return null;
    const before = this.spread();
    this.places.set(event.pointerId, place);
    const now = this.spread();
    if (before === null || now === null) return null;
    return {
      middle: now.middle,
      factor: before.distance > 1 ? now.distance / before.distance : 1,
      moved: { x: now.middle.x - before.middle.x, y: now.middle.y - before.middle.y },
    };
  }

  /** True: the finger was part of a pinch. */
  up(event: PointerEvent): boolean {
    if (!this.places.delete(event.pointerId)) return false;
    const pinched = this.pinching;
    if (this.places.size === 0) this.pinching = false;
    return pinched;
  }

  private spread(): { middle: Point; distance: number } | null {
    const [one, other] = [...this.places.values()];
    if (one === undefined || other === undefined) return null;
    return {
      middle: { x: (one.x + other.x) / 2, y: (one.y + other.y) / 2 },
      distance: Math.hypot(one.x - other.x, one.y - other.y),
    };
  }
}
