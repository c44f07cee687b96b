// Keys of the page: space plays, arrows go by event (with Shift by operation), Home and End
// to the ends; plus and minus zoom the memory, 0 shows all of it; 1, 2 and 3 choose what the
// pictures show, z the zone that the lists are of. A field that the reader writes in, a menu or a dialog has its keys to
// itself, a focused button its space; keys with Ctrl, Cmd or Alt are the browser's.

import { isTyping } from "./dom";
import type { Program } from "./engine";
import type { Subjects } from "./subject";
import type { Transport } from "./transport";

export function connectKeyboard(
  transport: Transport,
  program: Program,
  subjects: Subjects,
  allowed: () => boolean = () => true,
): void {
  window.addEventListener("keydown", (event) => {
    if (event.defaultPrevented || event.ctrlKey || event.metaKey || event.altKey || !allowed()) return;
    if (isTyping(event.target) || document.querySelector("dialog[open]:not(#proc)")) return;
    const action = actionOf(event, transport, program, subjects);
    if (action === null) return;
    event.preventDefault();
    action();
  });
}

function actionOf(
  event: KeyboardEvent,
  transport: Transport,
  program: Program,
  subjects: Subjects,
): (() => void) | null {
  const target = event.target;
  // The slider and the choice of unit are inputs with arrow keys of their own.
  const isInput = target instanceof HTMLInputElement;
  switch (event.key) {
    case " ":
      return target instanceof HTMLButtonElement || isInput ? null : () => transport.toggle();
    case "ArrowRight":
      return isInput ? null : () => transport.go(event.shiftKey ? "nextOperation" : "nextEvent");
    case "ArrowLeft":
      return isInput ? null : () => transport.go(event.shiftKey ? "previousOperation" : "previousEvent");
    case "Home":
      return isInput ? null : () => transport.go("first");
    case "End":
      return isInput ? null : () => transport.go("last");
    case "+":
    case "=":
      return isInput ? null : () => program.zoom(1.5);
    case "-":
      return isInput ? null : () => program.zoom(1 / 1.5);
    case "0":
      return isInput ? null : () => program.zoom(1e-6);
    case "z":
      return isInput ? null : () => program.nextZone();
    case "1":
    case "2":
    case "3":
      return () => subjects.pickNumber(Number(event.key) - 1);
    default:
      return null;
  }
}
