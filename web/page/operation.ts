// THIS OPERATION: the events of the present operation, numbered. Those that happened are
// bright, the present one has the colour of change, those to come are dim. A click goes there.

import { byId, make } from "./dom";
import type { Reader } from "./reader";
import { plainText } from "./sentence";

export function showOperation(reader: Reader): void {
  const list = byId("events");
  const count = byId("event-count");
  let shownOperation = -1;
  reader.on("run", () => {
    shownOperation = -1;
  });
  reader.on("step", () => {
    const step = reader.step();
    if (step.operation !== shownOperation || list.children.length !== step.events.length) {
      shownOperation = step.operation;
      list.replaceChildren(
        ...step.events.map((event, index) => {
          const line = make(
            "button",
            "",
            make("span", "number", String(index + 1)),
            make("span", "", plainText(event.sentence)),
          );
          line.type = "button";
          line.title = `${event.name} · ${event.function}`;
          line.addEventListener("click", () => reader.seek(step.operation, index + 1));
          return make("li", "", line);
        }),
      );
      count.textContent =
        step.eventCount === 0 ? "" : `${step.eventCount} event${step.eventCount === 1 ? "" : "s"}`;
    }
    for (const [index, item] of [...list.children].entries()) {
      const present = index + 1 === step.event;
      item.className = present ? "present" : index < step.event ? "past" : "future";
      item.firstElementChild?.setAttribute("aria-current", present ? "step" : "false");
      if (present) scrollIntoList(list, item as HTMLElement);
    }
  });
}

/** Like scrollIntoView, and nothing around the list moves. */
function scrollIntoList(list: HTMLElement, item: HTMLElement): void {
  const top = item.offsetTop - list.offsetTop;
  if (top < list.scrollTop) list.scrollTop = top;
  const bottom = top + item.offsetHeight;
  if (bottom > list.scrollTop + list.clientHeight) list.scrollTop = bottom - list.clientHeight;
}
