// THIS OPERATION: the events of the present operation, numbered. Those that happened are
// bright, the present one has the colour of change, those to come are dim. A click goes there.

import { byId, make } from "./dom";
import type { Step } from "./engine";
import type { Reader } from "./reader";
import { plainText } from "./sentence";

export function showOperation(reader: Reader): void {
  const list = byId("events");
  const count = byId("event-count");
  let shown = -2;

  const reveal = (): void => {
    const present = list.querySelector<HTMLElement>(".present");
    if (present) scrollIntoList(list, present);
  };
  reader.on("run", () => {
    shown = -2;
  });
  reader.on("step", () => {
    const step = reader.step();
    if (step.operation !== shown) {
      shown = step.operation;
      list.replaceChildren(...rows(step, reader));
      list.scrollTop = 0;
      count.textContent =
        step.eventCount === 0 ? "" : `${step.eventCount} event${step.eventCount === 1 ? "" : "s"}`;
    }
    for (const [index, item] of [...list.children].entries()) {
      const present = index + 1 === step.event;
      item.className = present ? "present" : index < step.event ? "past" : "future";
      item.firstElementChild?.setAttribute("aria-current", present ? "step" : "false");
    }
    reveal();
  });
  new ResizeObserver(reveal).observe(list);
}

function rows(step: Step, reader: Reader): HTMLElement[] {
  const told = step.events.map((event, index) => {
    const number = make("span", "number", String(index + 1));
    const line = make("button", "", number, make("span", "", plainText(event.sentence)));
    line.type = "button";
    line.title = `${event.name} · ${event.function}`;
    line.addEventListener("click", () => reader.seek(step.operation, index + 1));
    return make("li", "", line);
  });
  if (told.length === 0) {
    const words = step.operation < 0 ? "Nothing has happened yet." : "Memory stays as it is.";
    told.push(make("li", "", make("p", "", words)));
  }
  return told;
}

/** Like scrollIntoView, and nothing around the list moves. */
function scrollIntoList(list: HTMLElement, item: HTMLElement): void {
  const top = item.offsetTop - list.offsetTop;
  if (top < list.scrollTop) list.scrollTop = top;
  const bottom = top + item.offsetHeight;
  if (bottom > list.scrollTop + list.clientHeight) list.scrollTop = bottom - list.clientHeight;
}
