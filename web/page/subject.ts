// Which pictures are shown: those of pages, of slabs or of addresses. The program knows what
// the run and its author want (a show("walk") in the text); the reader's own choice comes
// first, until another text is opened. Every section names its subjects (data-subject).
//
//     run, step -> program.subject() -> body[data-subject], sections .other-subject
//     radio buttons, select, keys 1 2 3 -> program.setSubject()

import type { Subject } from "./engine";
import type { Reader } from "./reader";

const subjects: readonly Subject[] = ["pages", "slabs", "addresses"];

export class Subjects {
  private readonly radios = document.querySelectorAll<HTMLInputElement>("[name=subject]");
  private readonly select = document.querySelector<HTMLSelectElement>("#subject-select");
  private readonly listeners: ((shownView: string | null) => void)[] = [];
  private shownView = "";

  constructor(private readonly reader: Reader) {
    for (const radio of this.radios) radio.addEventListener("change", () => this.pick(radio.value as Subject));
    this.select?.addEventListener("change", () => this.pick(this.select?.value as Subject));
    reader.on("run", () => this.follow());
    reader.on("step", () => this.follow());
    this.show();
  }

  pick(subject: Subject): void {
    this.reader.program.setSubject(subject);
    this.show();
  }

  /** Picks by number, as the keys 1, 2 and 3 do. */
  pickNumber(number: number): void {
    const subject = subjects[number];
    if (subject) this.pick(subject);
  }

  /** Called with the view that an author's show() brought up, or null when only the subject changed. */
  onChange(listener: (shownView: string | null) => void): void {
    this.listeners.push(listener);
    listener(null);
  }

  private follow(): void {
    const shownView = this.reader.program.shownView();
    const asked = shownView !== this.shownView && shownView !== "";
    this.shownView = shownView;
    if (asked || this.reader.program.subject() !== document.body.dataset.subject) this.show(asked ? shownView : null);
  }

  private show(shownView: string | null = null): void {
    const subject = this.reader.program.subject();
    document.body.dataset.subject = subject;
    for (const radio of this.radios) radio.checked = radio.value === subject;
    if (this.select) this.select.value = subject;
    for (const part of document.querySelectorAll<HTMLElement>("main [data-subject], #tabs [data-subject]"))
      part.classList.toggle("other-subject", !part.dataset.subject!.split(" ").includes(subject));
    for (const listener of this.listeners) listener(shownView);
  }
}
