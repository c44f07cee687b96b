// What the reader has before them: a text, the run that came of it, and the position in the
// run. Every part of the page looks here, and asks here for changes.
//
//     open(document) -> program.run() -+---> "document"  another text, not typed here
//     keep(text), then rerun() --------+     "draft"     the text was typed here
//                                      +---> "run"       another run
//     move, seek, the slider on the canvas > "step"      another position
//     a click on the canvas ---------------> "selection" something was picked
//
// Listeners of "step" run at most once a frame.

import { keepDraft } from "./drafts";
import type { Move, Position, Program, RunResult, Step } from "./engine";

export type Origin =
  | { kind: "example"; name: string }
  | { kind: "link" }
  | { kind: "new" }
  | { kind: "file"; name: string }
  | { kind: "draft"; id: string };

export interface Document {
  text: string;
  title: string;
  origin: Origin;
}

export interface Place {
  position?: Position | null;
  view?: string | null;
}

type Topic = "document" | "draft" | "run" | "step" | "selection";

export class Reader {
  document: Document = { text: "", title: "", origin: { kind: "link" } };
  result: RunResult = {
    ok: false,
    kind: "scenario",
    operationCount: 0,
    errors: [],
    warnings: [],
    stop: null,
  };
  /** The text that ran last without errors: what the picture shows. */
  shownText = "";

  private readonly listeners: Record<Topic, (() => void)[]> = {
    document: [],
    draft: [],
    run: [],
    step: [],
    selection: [],
  };
  private scheduled = false;
  private cachedStep: Step | null = null;

  constructor(readonly program: Program) {
    program.onChange((kind) => {
      if (kind === "position") this.stepChanged();
      if (kind === "selection") this.tell("selection");
    });
  }

  on(topic: Topic, listener: () => void): void {
    this.listeners[topic].push(listener);
  }

  /** Opens another text, at the run's beginning or at a place. False: the position lies past the end. */
  open(document: Document, place: Place = {}): boolean {
    this.document = document;
    this.shownText = "";
    this.execute(place.position ?? { operation: 0, event: 0 });
    if (!this.result.ok) this.program.run("");
    if (place.view) this.program.setViewSettings(place.view);
    this.tell("document");
    this.tell("run");
    this.tell("step");
    return (place.position?.operation ?? 0) <= this.operationCount();
  }

  /** The reader typed: the text is a draft from here on. */
  keep(text: string): void {
    if (text === this.document.text) return;
    const { origin } = this.document;
    const id = keepDraft(origin.kind === "draft" ? origin.id : null, text, this.position());
    this.document = { text, title: titleOf(text), origin: { kind: "draft", id } };
    this.tell("draft");
  }

  /** Runs the document's text, and stays where the reader was as far as the new run goes. */
  rerun(): void {
    this.execute(this.position());
    this.tell("run");
    this.tell("step");
  }

  position(): Position {
    return this.program.position();
  }

  step(): Step {
    return (this.cachedStep ??= this.program.step());
  }

  move(move: Move): void {
    this.program.move(move);
    this.stepChanged();
  }

  seek(operation: number, event: number): void {
    this.program.seek(operation, event);
    this.stepChanged();
  }

  /** Shows operation `operation` complete. */
  seekOperation(operation: number): void {
    this.seek(operation + 1, 0);
  }

  operationCount(): number {
    return this.program.operationCount();
  }

  atEnd(): boolean {
    return this.position().operation >= this.operationCount();
  }

  atStart(): boolean {
    const { operation, event } = this.position();
    return operation === 0 && event === 0;
  }

  private execute(position: Position): void {
    this.result = this.program.run(this.document.text);
    this.cachedStep = null;
    if (!this.result.ok) return;
    this.shownText = this.document.text;
    this.program.seek(position.operation, position.event);
  }

  private stepChanged(): void {
    this.cachedStep = null;
    if (this.scheduled) return;
    this.scheduled = true;
    requestAnimationFrame(() => {
      this.scheduled = false;
      this.tell("step");
    });
  }

  private tell(topic: Topic): void {
    for (const listener of this.listeners[topic]) listener();
  }
}

/** A scenario's title: its first comment, as an author would begin. */
export function titleOf(text: string): string {
  const [, comment] = /^\s*\/\/+\s*(.+)/.exec(text) ?? [];
  return comment?.trim().slice(0, 120) ?? "Untitled scenario";
}
