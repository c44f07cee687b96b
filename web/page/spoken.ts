// What the canvas shows, for those who don't see it: the sentence in a live region once the
// reader comes to rest, and the free lists as a table with the columns of /proc/buddyinfo.

import { byId, make } from "./dom";
import type { Reader } from "./reader";
import { plainText, remarks } from "./sentence";

/** While the run plays, a screen reader should not be flooded. */
const restMilliseconds = 500;

export function speak(reader: Reader): void {
  const live = byId("spoken");
  const table = byId<HTMLTableElement>("spoken-table");
  let timer = 0;
  const tell = (): void => {
    const step = reader.step();
    live.textContent = `${remarks[step.kind] ?? step.call}. ${plainText(step.sentence)}`;
    fill(table, reader.program.proc("buddyinfo"));
  };
  reader.on("step", () => {
    clearTimeout(timer);
    timer = setTimeout(tell, restMilliseconds);
  });
}

/** "Node 0, zone    DMA32      1      0 ..." for each zone. */
function fill(table: HTMLTableElement, buddyinfo: string): void {
  const body = make("tbody");
  let orders = 0;
  for (const line of buddyinfo.split("\n")) {
    const [, node, zone, counts] = /^Node (\d+), zone\s+(\S+)\s+(.*\S)\s*$/.exec(line) ?? [];
    if (node === undefined || zone === undefined || counts === undefined) continue;
    const head = make("th", "", `Node ${node}, zone ${zone}`);
    head.scope = "row";
    const cells = counts.split(/\s+/).map((count) => make("td", "", count));
    orders = Math.max(orders, cells.length);
    body.append(make("tr", "", head, ...cells));
  }
  const heads = ["Zone", ...Array.from({ length: orders }, (_, order) => `order ${order}`)].map((text) => {
    const head = make("th", "", text);
    head.scope = "col";
    return head;
  });
  const caption = make("caption", "", "Free blocks by zone and order, as in /proc/buddyinfo");
  table.replaceChildren(caption, make("thead", "", make("tr", "", ...heads)), body);
}
