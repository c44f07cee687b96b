// predict("question", value) of a scenario: the reader says what will come out, and is told.
//
//     [question]  [ 256    ] [Answer] [Show]   ->   You said 256: that is so.
//
// What was answered stays with its question until another text runs. Playing stops at a
// question that is still open.

import { button, byId, make } from "./dom";
import type { Step } from "./engine";
import type { Reader } from "./reader";

/** Words that stand for the answers of a question with 1 for yes and 0 for no. */
const words: Readonly<Record<string, string>> = { yes: "1", y: "1", true: "1", no: "0", n: "0", false: "0", null: "0" };

export class Prediction {
  private readonly form = byId<HTMLFormElement>("prediction");
  private readonly field = make("input");
  private readonly outcome = make("span", "outcome");
  private readonly ask: HTMLElement[];
  /** By operation: what was answered; "": the answer was asked for. */
  private readonly answers = new Map<number, string>();

  constructor(private readonly reader: Reader) {
    this.field.type = "text";
    this.field.autocomplete = "off";
    this.field.setAttribute("aria-label", "Your answer");
    this.field.placeholder = "your answer";
    this.outcome.setAttribute("role", "status");
    const submit = make("button", "quiet", "Answer");
    this.ask = [this.field, submit, button("quiet", "Show me", () => this.settle(""))];
    this.form.replaceChildren(...this.ask, this.outcome);
    this.form.addEventListener("submit", (event) => {
      event.preventDefault();
      if (this.field.value.trim() !== "") this.settle(this.field.value);
    });
    reader.on("run", () => this.answers.clear());
    reader.on("step", () => this.show());
  }

  /** Is the step a question without an answer yet? */
  isOpen(step: Step): boolean {
    return step.kind === "predict" && !this.answers.has(step.operation);
  }

  private settle(said: string): void {
    this.answers.set(this.reader.step().operation, said);
    this.show();
  }

  private show(): void {
    const step = this.reader.step();
    const question = step.kind === "predict";
    this.form.hidden = !question;
    if (!question) return;
    const said = this.answers.get(step.operation);
    for (const element of this.ask) element.hidden = said !== undefined;
    if (said === undefined) this.field.value = "";
    this.outcome.className = said === undefined || said === "" ? "outcome" : isRight(said, step.answer) ? "outcome right" : "outcome wrong";
    this.outcome.textContent = said === undefined ? "" : outcome(said.trim(), step.answer);
  }
}

/** Numbers as C writes them, with or without separators between groups. */
function isRight(said: string, answer: string): boolean {
  const text = said.trim().toLowerCase();
  const number = (words[text] ?? text).replace(/[,_ ]/g, "");
  try {
    return BigInt(number) === BigInt(answer);
  } catch {
    return false;
  }
}

function outcome(said: string, answer: string): string {
  if (said === "") return `It is ${answer}.`;
  return isRight(said, answer) ? `You said ${said}: that is so.` : `You said ${said}; it is ${answer}.`;
}
