// The sentence leads: the operation as code, the kernel function that acts, and what just
// happened in one sentence, whose things have the colours that they have in the picture.

import { byId, make } from "./dom";
import { noPfn, type Program, type SentencePart, type Step } from "./engine";
import type { Reader } from "./reader";

/** Of an author's remark the sentence is all there is; the code would only say it twice. */
export const remarks: Readonly<Record<string, string>> = {
  start: "start",
  note: "note",
  heading: "heading",
  predict: "question",
};

export class SentenceArea {
  private readonly call = byId("call");
  private readonly chip = byId("function");
  private readonly sentence = byId("sentence");
  private tallest = 0;

  constructor(private readonly reader: Reader) {
    reader.on("step", () => this.show(reader.step()));
    reader.on("run", () => this.forgetHeight());
    new ResizeObserver(([entry]) => {
      if (entry?.contentRect.width !== this.width) this.forgetHeight();
      this.width = entry?.contentRect.width ?? 0;
    }).observe(this.sentence);
  }
  private width = 0;

  private show(step: Step): void {
    const remark = remarks[step.kind];
    this.call.replaceChildren(...(remark ? [] : callParts(step.call)));
    this.chip.textContent = remark ?? step.function;
    this.chip.hidden = this.chip.textContent === "";
    this.sentence.className = step.kind === "heading" ? "strong" : "";
    this.sentence.replaceChildren(...sentenceNodes(step.sentence, this.reader.program));
    this.keepHeight();
  }

  /**
   * The picture below stays where it is while sentences of one and two lines take turns:
   * the area keeps the height of the longest so far.
   */
  private keepHeight(): void {
    const height = this.sentence.scrollHeight;
    if (height <= this.tallest) return;
    this.tallest = height;
    this.sentence.style.minHeight = `${height}px`;
  }

  private forgetHeight(): void {
    this.tallest = 0;
    this.sentence.style.minHeight = "";
    this.keepHeight();
  }
}

/** "p = alloc_pages(...)": the variable has the colour of what the step takes. */
function callParts(call: string): (Node | string)[] {
  const [, variable, rest] = /^([\w.>[\]-]+)( = .*)$/s.exec(call) ?? [];
  return variable === undefined || rest === undefined ? [call] : [make("span", "taken", variable), rest];
}

/** The parts of a sentence; one that names frames lights them up in every view. */
export function sentenceNodes(parts: readonly SentencePart[], program: Program): Node[] {
  return parts.map((part) => {
    if (part.frames === 0) return make("span", part.role, part.text);
    const thing = make("button", `thing ${part.role}`, part.text);
    thing.type = "button";
    thing.title = "Show where it is";
    thing.addEventListener("click", () => program.select(part.pfn));
    for (const enter of ["pointerenter", "focus"])
      thing.addEventListener(enter, () => program.hover(part.pfn));
    for (const leave of ["pointerleave", "blur"]) thing.addEventListener(leave, () => program.hover(noPfn));
    return thing;
  });
}

export const plainText = (parts: readonly SentencePart[]): string => parts.map((part) => part.text).join("");
