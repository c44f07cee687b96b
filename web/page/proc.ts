// The kernel's own texts of the state shown: /proc/buddyinfo and its kin, byte for byte, beside
// the pictures. They follow the steps while the card is open; what a step changed is marked.

import { byId, make } from "./dom";
import type { Reader } from "./reader";

const files = {
  pages: ["buddyinfo", "pagetypeinfo", "zoneinfo", "unusable_index", "extfrag_index"],
  slabs: ["slabinfo"],
  addresses: ["vmallocinfo"],
} as const;

export class ProcCard {
  private readonly card = byId<HTMLDialogElement>("proc");
  private readonly choice = byId<HTMLSelectElement>("proc-file");
  private readonly text = byId("proc-text");
  private shown = "";
  private shownFile = "";

  constructor(private readonly reader: Reader) {
    this.choice.replaceChildren(
      ...Object.values(files)
        .flat()
        .map((name) => {
          const option = make("option", "", name.endsWith("_index") ? `extfrag/${name}` : `/proc/${name}`);
          option.value = name;
          return option;
        }),
    );
    byId("proc-open").addEventListener("click", () => this.toggle());
    byId("proc-close").addEventListener("click", () => this.card.close());
    this.card.addEventListener("keydown", (event) => {
      if (event.key === "Escape") this.card.close();
    });
    this.choice.addEventListener("change", () => this.show());
    reader.on("step", () => this.show());
  }

  toggle(): void {
    if (this.card.open) {
      this.card.close();
      return;
    }
    const [file] = files[this.reader.program.subject()];
    this.choice.value = file;
    this.card.show();
    this.show();
  }

  private show(): void {
    if (!this.card.open) return;
    const file = this.choice.value;
    const text = this.reader.program.proc(file);
    const before = file === this.shownFile ? this.shown.split("\n") : null;
    this.shown = text;
    this.shownFile = file;
    const lines = text.split("\n").map((line, index) => {
      const changed = before !== null && before[index] !== line;
      return make("span", changed ? "changed" : "", `${line}\n`);
    });
    this.text.replaceChildren(...(text === "" ? ["nothing yet\n"] : lines));
  }
}
