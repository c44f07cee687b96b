// LOG: all operations of the run. Only the rows in sight exist as elements, and only they
// are asked of the program, so that a million rows cost what thirty do.
//
// Browsers limit an element's height (Firefox: some 17 million pixels), so beyond
// `tallest` the scroll bar is a scale: its fraction, not its pixels, says which row is first.

import { byId, digits, make } from "./dom";
import type { LogRow } from "./engine";
import type { Reader } from "./reader";
import { remarks } from "./sentence";

const rowHeight = 24;
const tallest = 8_000_000;

/** A mark's form says what its hue says. */
const marks: Record<string, [sign: string, name: string]> = {
  failed: ["▲", "failed"],
  mistake: ["✕", "mistake"],
  note: ["●", "note"],
  heading: ["■", "heading"],
  predict: ["?", "question"],
};

export class Log {
  private readonly box = byId("log");
  private readonly sizer = byId("log-size");
  private readonly rows = byId("log-rows");
  private count = 0;
  private current = -1;
  private scheduled = false;

  constructor(private readonly reader: Reader) {
    reader.on("run", () => this.reset());
    reader.on("step", () => this.follow());
    this.box.addEventListener("scroll", () => this.schedule());
    this.box.addEventListener("keydown", (event) => this.key(event));
    new ResizeObserver(() => {
      this.reveal();
      this.draw();
    }).observe(this.box);
  }

  private reset(): void {
    this.count = this.reader.operationCount();
    this.current = -1;
    this.sizer.style.height = `${Math.min(this.count * rowHeight, tallest)}px`;
    byId("log-count").textContent = this.count === 0 ? "" : `${digits(this.count)} operations`;
  }

  private follow(): void {
    const { operation } = this.reader.step();
    if (operation !== this.current) {
      this.current = operation;
      this.reveal();
    }
    this.draw();
  }

  /** The present operation comes in sight. */
  private reveal(): void {
    const first = Math.ceil(this.firstRow());
    const visible = Math.floor(this.box.clientHeight / rowHeight);
    if (this.current < first || this.current >= first + visible) {
      this.scrollTo(this.current - Math.floor(visible / 3));
    }
  }

  private firstRow(): number {
    const range = this.sizer.offsetHeight - this.box.clientHeight;
    if (range <= 0) return 0;
    const rows = this.count - this.box.clientHeight / rowHeight;
    return (this.box.scrollTop / range) * rows;
  }

  private scrollTo(row: number): void {
    const range = this.sizer.offsetHeight - this.box.clientHeight;
    const rows = this.count - this.box.clientHeight / rowHeight;
    if (rows > 0) this.box.scrollTop = (Math.max(0, row) / rows) * range;
  }

  private schedule(): void {
    if (this.scheduled) return;
    this.scheduled = true;
    requestAnimationFrame(() => {
      this.scheduled = false;
      this.draw();
    });
  }

  private draw(): void {
    if (this.box.clientHeight === 0) return;
    const first = this.firstRow();
    const from = Math.floor(first);
    const count = Math.min(Math.ceil(this.box.clientHeight / rowHeight) + 1, this.count - from);
    const rows = count > 0 ? this.reader.program.log(from, count) : [];
    this.rows.replaceChildren(...rows.map((row) => this.row(row)));
    this.rows.style.transform = `translateY(${this.box.scrollTop - (first - from) * rowHeight}px)`;
    const present = this.rows.querySelector("[aria-selected=true]");
    if (present) this.box.setAttribute("aria-activedescendant", present.id);
    else this.box.removeAttribute("aria-activedescendant");
  }

  private row(row: LogRow): HTMLElement {
    const [sign, name] = marks[row.status] ?? marks[row.kind] ?? ["", ""];
    const mark = make("span", "mark", sign);
    if (name !== "") {
      mark.setAttribute("role", "img");
      mark.setAttribute("aria-label", name);
    }
    const remark = row.kind in remarks;
    const element = make(
      "div",
      `row ${row.status} ${row.kind}`,
      make("span", "number", String(row.operation + 1)),
      mark,
      remark ? make("span", "words", row.summary) : make("span", "code", row.call),
      remark ? null : make("span", "result", row.status === "mistake" ? mistakeOf(row.summary) : row.result),
    );
    element.id = `log-${row.operation}`;
    element.title = remark ? row.summary : `${row.call}\n${row.summary}`;
    element.setAttribute("role", "option");
    element.setAttribute("aria-setsize", String(this.count));
    element.setAttribute("aria-posinset", String(row.operation + 1));
    element.setAttribute("aria-selected", String(row.operation === this.current));
    element.addEventListener("click", () => this.reader.seekOperation(row.operation));
    return element;
  }

  private key(event: KeyboardEvent): void {
    if (event.ctrlKey || event.metaKey || event.altKey) return;
    const page = Math.max(1, Math.floor(this.box.clientHeight / rowHeight) - 1);
    const steps: Record<string, number> = { ArrowUp: -1, ArrowDown: 1, PageUp: -page, PageDown: page };
    const step = steps[event.key];
    if (step === undefined || this.count === 0) return;
    event.preventDefault();
    this.reader.seekOperation(Math.min(this.count - 1, Math.max(0, this.current + step)));
  }
}

/** "Double free: pfn 4256 is ..." -> "Double free" */
const mistakeOf = (summary: string): string => summary.replace(/[:.].*$/s, "");
