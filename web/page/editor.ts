// SCENARIO: the text, with line numbers, the present line and the errors. A plain text
// field does the writing (so that undo, selection, spelling and input methods are the
// browser's own); what is drawn around it follows its scrolling.
//
//     keystroke --at once--> kept as a draft
//               --400 ms without another, or Ctrl/Cmd+Enter--> run

import { byId, digits, make } from "./dom";
import type { Diagnostic } from "./engine";
import type { Reader } from "./reader";

const pauseMilliseconds = 400;
const mostErrors = 50;

export class Editor {
  private readonly field = byId<HTMLTextAreaElement>("text");
  private readonly backdrop = byId("text-backdrop");
  private readonly numbers = byId("line-numbers");
  private readonly messages = byId("messages");
  private readonly file = byId("file-name");
  private lines: string[] = [""];
  private timer = 0;
  private lineHeight = 20;
  private characterWidth = 7.2;

  constructor(private readonly reader: Reader) {
    this.field.addEventListener("input", () => this.typed());
    this.field.addEventListener("scroll", () => this.draw());
    this.field.addEventListener("keydown", (event) => {
      if (event.key === "Enter" && (event.ctrlKey || event.metaKey)) this.runNow();
    });
    new ResizeObserver(() => {
      this.reveal();
      this.draw();
    }).observe(this.field);
    void document.fonts.ready.then(() => this.draw());

    reader.on("document", () => this.load());
    reader.on("run", () => this.showMessages());
    reader.on("step", () => this.showLine());
  }

  private load(): void {
    clearTimeout(this.timer);
    this.timer = 0;
    const { text, origin } = this.reader.document;
    // A recording is not written here: its operations are in the log.
    const recording = this.reader.result.kind === "recording";
    document.body.classList.toggle("recording", recording);
    byId("scenario-heading").textContent = recording ? "Recording" : "Scenario";
    const shown = recording ? "" : text;
    this.field.readOnly = recording;
    if (this.field.value !== shown) this.field.value = shown;
    this.field.scrollTop = 0;
    this.field.scrollLeft = 0;
    this.lines = shown.split("\n");
    this.file.textContent =
      origin.kind === "example"
        ? origin.name
        : origin.kind === "file"
          ? origin.name
          : origin.kind === "link"
            ? "from a link"
            : origin.kind === "new"
              ? "new"
              : "your draft";
    this.draw();
  }

  private typed(): void {
    this.lines = this.field.value.split("\n");
    this.reader.keep(this.field.value);
    this.file.textContent = "your draft";
    this.draw();
    clearTimeout(this.timer);
    this.timer = setTimeout(() => this.runNow(), pauseMilliseconds);
  }

  private runNow(): void {
    clearTimeout(this.timer);
    this.timer = 0;
    if (!this.field.readOnly) this.reader.rerun();
  }

  // -- around the text ----------------------------------------------------------------

  /** Numbers, the present line and the marks of errors, for the lines in sight. */
  private draw(): void {
    const style = getComputedStyle(this.field);
    this.lineHeight = parseFloat(style.lineHeight);
    this.characterWidth = measure(style.font);
    const { scrollTop, scrollLeft, clientHeight } = this.field;
    const first = Math.floor(scrollTop / this.lineHeight);
    const last = Math.min(this.lines.length, first + Math.ceil(clientHeight / this.lineHeight) + 1);

    const present = this.presentLine();
    const errors = this.reader.result.errors;
    const wrong = new Set(errors.map((error) => error.line));
    const shift = `translateY(${first * this.lineHeight - scrollTop}px)`;
    const numbers: Node[] = [];
    for (let line = first + 1; line <= last; ++line) {
      const state = wrong.has(line) ? "wrong" : line === present ? "present" : "";
      numbers.push(make("div", state, String(line)));
    }
    this.numbers.replaceChildren(...numbers);
    this.numbers.style.transform = shift;
    this.numbers.parentElement?.style.setProperty(
      "--digits",
      String(Math.max(2, String(this.lines.length).length)),
    );

    const marks: Node[] = [];
    if (present > first && present <= last) marks.push(this.mark("present-line", present, 1, 0));
    for (const error of errors.slice(0, mostErrors))
      if (error.line > first && error.line <= last)
        marks.push(this.mark("squiggle", error.line, error.column, Math.max(1, error.length)));
    this.backdrop.replaceChildren(...marks);
    this.backdrop.style.transform = `translate(${-scrollLeft}px, ${-scrollTop}px)`;
    this.backdrop.style.setProperty("--scrolled", `${scrollLeft}px`);
  }

  private mark(className: string, line: number, column: number, length: number): HTMLElement {
    const mark = make("div", className);
    mark.style.top = `${(line - 1) * this.lineHeight}px`;
    mark.style.height = `${this.lineHeight}px`;
    if (length > 0) {
      // A tab is drawn as wide as it reaches to the next fourth column.
      const before = columnsOf(beginning(this.lines[line - 1] ?? "", column - 1));
      mark.style.left = `${before * this.characterWidth}px`;
      mark.style.width = `${length * this.characterWidth}px`;
    }
    return mark;
  }

  private presentLine(): number {
    if (this.reader.shownText !== this.reader.document.text) return 0;
    return this.field.readOnly ? 0 : this.reader.step().line;
  }

  private shownLine = 0;

  private showLine(): void {
    const line = this.presentLine();
    if (line !== this.shownLine) {
      this.shownLine = line;
      this.reveal();
    }
    this.draw();
  }

  /** The present line comes in sight, unless the reader is writing. */
  private reveal(): void {
    if (this.shownLine > 0 && document.activeElement !== this.field) this.scrollTo(this.shownLine);
  }

  private scrollTo(line: number): void {
    const top = (line - 1) * this.lineHeight;
    const { scrollTop, clientHeight } = this.field;
    if (top < scrollTop || top + this.lineHeight > scrollTop + clientHeight) {
      this.field.scrollTop = top - clientHeight / 3;
    }
  }

  // -- messages -----------------------------------------------------------------------

  private showMessages(): void {
    const { errors, warnings, stop, kind } = this.reader.result;
    const items = [
      // Stays at the top while the list is scrolled: it says that there are more than one sees.
      ...(errors.length > 1 ? [make("li", "count", `${digits(errors.length)} errors`)] : []),
      ...errors.slice(0, mostErrors).map((error) => this.message("error", "✕", error)),
      ...(stop ? [this.message("warning", "■", stop)] : []),
      ...warnings.slice(0, mostErrors).map((warning) => this.message("warning", "▲", warning)),
    ];
    if (errors.length > mostErrors)
      items.push(make("li", "", `… and ${digits(errors.length - mostErrors)} more errors`));
    if (kind === "recording")
      items.push(
        make(
          "li",
          "remark",
          "The memory of a real kernel, and the operations that it was given. They are all in the log.",
        ),
      );
    if (errors.length > 0 && this.reader.shownText !== "")
      items.push(make("li", "remark", "The picture still shows the last text that ran."));
    this.messages.replaceChildren(...items);
    this.field.setAttribute("aria-invalid", String(errors.length > 0));
    this.draw();
  }

  private message(className: string, sign: string, diagnostic: Diagnostic): HTMLElement {
    const { line, column, message, suggestion } = diagnostic;
    const place = make("span", "place", `${line}:${column}`);
    const words =
      suggestion && !message.includes(suggestion) ? `${message}: did you mean ${suggestion}?` : message;
    const go = make("button", "", make("span", "mark", sign), place, " ", words);
    go.type = "button";
    go.addEventListener("click", () => this.goTo(line, column, diagnostic.length));
    return make("li", className, go);
  }

  private goTo(line: number, column: number, length: number): void {
    let start = 0;
    for (let index = 0; index < line - 1; ++index) start += (this.lines[index]?.length ?? 0) + 1;
    const before = beginning(this.lines[line - 1] ?? "", column - 1).length;
    const end = beginning(this.lines[line - 1] ?? "", column - 1 + length).length;
    this.field.focus();
    this.field.setSelectionRange(start + before, start + end);
    this.scrollTo(line);
  }
}

/** The first `count` characters; a character of the program is one or two of JavaScript's. */
const beginning = (line: string, count: number): string => [...line].slice(0, count).join("");

function columnsOf(text: string): number {
  let columns = 0;
  for (const character of text) columns += character === "\t" ? 4 - (columns % 4) : 1;
  return columns;
}

let ruler: CanvasRenderingContext2D | null = null;

function measure(font: string): number {
  ruler ??= document.createElement("canvas").getContext("2d");
  if (ruler === null) return 7.2;
  ruler.font = font;
  return ruler.measureText("0000000000").width / 10;
}
