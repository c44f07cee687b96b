// Going through the run: first, back, play, forward, last; by event or by operation; speed.
// The slider over the whole run is drawn on the canvas; an invisible range input beside it
// is the same for the keyboard and for screen readers. The embed has only some of these
// controls: each is wired where it stands in the HTML.

import { digits } from "./dom";
import type { Move, Step } from "./engine";
import type { Reader } from "./reader";

export type Unit = "event" | "operation";

/** At speed 1: time to read a sentence. */
const millisecondsPerStep = 1200;
const shortestTick = 16;

export class Transport {
  private unit: Unit = "event";
  private speed = 1;
  private timer = 0;
  private due = 0;
  private questions = new Set<number>();

  private readonly slider = find<HTMLInputElement>("slider");

  /** `waits`: is this a step at which playing stops? */
  constructor(
    private readonly reader: Reader,
    private readonly waits: (step: Step) => boolean = () => false,
  ) {
    const click = (id: string, action: () => void): void => find(id)?.addEventListener("click", action);
    click("first", () => this.go("first"));
    click("previous", () => this.back());
    click("play", () => this.toggle());
    click("following", () => this.forward());
    click("last", () => this.go("last"));
    click("back", () => this.go("previousEvent"));
    click("next", () => this.go("nextEvent"));

    for (const choice of document.querySelectorAll<HTMLInputElement>("input[name=unit]"))
      choice.addEventListener("change", () => {
        this.unit = choice.value as Unit;
        this.show();
      });
    const speed = find<HTMLSelectElement>("speed");
    speed?.addEventListener("change", () => {
      this.speed = Number(speed.value);
      this.due = performance.now();
    });
    this.slider?.addEventListener("input", () => this.slide(Number(this.slider?.value)));
    reader.on("step", () => this.show());
    reader.on("document", () => this.stop());
    reader.on("run", () => this.findQuestions());
  }

  get playing(): boolean {
    return this.timer !== 0;
  }

  /** By hand: playing ends. */
  go(move: Move): void {
    this.stop();
    this.reader.move(move);
  }

  forward(): void {
    this.go(this.unit === "event" ? "nextEvent" : "nextOperation");
  }

  back(): void {
    this.go(this.unit === "event" ? "previousEvent" : "previousOperation");
  }

  toggle(): void {
    if (this.playing) {
      this.stop();
      return;
    }
    if (this.reader.operationCount() === 0) return;
    if (this.reader.atEnd()) this.reader.move("first");
    this.due = performance.now();
    this.timer = setTimeout(() => this.tick());
    this.show();
  }

  stop(): void {
    if (!this.playing) return;
    clearTimeout(this.timer);
    this.timer = 0;
    this.show();
  }

  /** A step's whole value is dear at 64 steps a second: it is asked for at questions alone. */
  private findQuestions(): void {
    const questions = this.reader.program.marks().filter(({ kind }) => kind === "prediction");
    this.questions = new Set(questions.map(({ operation }) => operation));
  }

  /** 0 is the beginning, n is operation n complete. */
  private slide(value: number): void {
    this.stop();
    if (value === 0) this.reader.move("first");
    else this.reader.seekOperation(value - 1);
  }

  /** Fast play takes several steps in one tick; a tab that slept does not catch up. */
  private tick(): void {
    const interval = millisecondsPerStep / this.speed;
    const now = performance.now();
    if (now - this.due > 1000 + interval) this.due = now;
    let waiting = false;
    while (this.due <= now && !this.reader.atEnd() && !waiting) {
      this.reader.move(this.unit === "event" ? "nextEvent" : "nextOperation");
      waiting = this.questions.has(this.reader.position().operation - 1) && this.waits(this.reader.step());
      this.due += interval;
    }
    if (waiting || this.reader.atEnd()) {
      this.stop();
      return;
    }
    this.timer = setTimeout(() => this.tick(), Math.max(shortestTick, this.due - performance.now()));
  }

  private show(): void {
    const step = this.reader.step();
    const count = step.operationCount;
    const atStart = this.reader.atStart();
    const operation = atStart ? 0 : step.operation + 1;
    const place = find("place");
    if (place)
      place.textContent =
        `op ${digits(operation)} / ${digits(count)}` +
        (step.eventCount > 0 ? ` · event ${step.event} / ${step.eventCount}` : "");

    setDisabled(atStart, "first", "previous", "back");
    setDisabled(this.reader.atEnd(), "following", "last", "next");
    setDisabled(count === 0, "play");
    find("following")?.setAttribute("aria-label", `Next ${this.unit}`);
    find("previous")?.setAttribute("aria-label", `Previous ${this.unit}`);
    const play = find("play");
    play?.setAttribute("aria-label", this.playing ? "Pause" : "Play");
    play?.classList.toggle("playing", this.playing);

    if (this.slider === null) return;
    this.slider.max = String(count);
    this.slider.value = String(operation);
    this.slider.setAttribute("aria-valuetext", `operation ${operation} of ${count}: ${step.call}`);
  }
}

function find<T extends HTMLElement = HTMLElement>(id: string): T | null {
  return document.getElementById(id) as T | null;
}

/** Disabled for everyone, yet the focus stays: a reader at the end can go back by keyboard. */
function setDisabled(disabled: boolean, ...ids: string[]): void {
  for (const id of ids) find(id)?.setAttribute("aria-disabled", String(disabled));
}
