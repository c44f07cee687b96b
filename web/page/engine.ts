// The program behind the page, as TypeScript sees it: what web/bindings.cpp offers.
// Everything is a plain value. A position is (operation, event): `operation` operations are
// complete, and of the next one the first `event` events have happened; the end of operation
// n is always (n + 1, 0).

export type Role = "plain" | "taken" | "changed" | "strong" | "mistake";
export type ThemeName = "dark" | "light";

/** A stretch of a sentence; with `frames` > 0 it names the frames from `pfn` on. */
export interface SentencePart {
  text: string;
  role: Role;
  pfn: number;
  frames: number;
}

export interface Diagnostic {
  /** 1-based, as column; length in characters. */
  line: number;
  column: number;
  length: number;
  message: string;
  suggestion: string;
}

export interface RunResult {
  ok: boolean;
  kind: "scenario" | "recording";
  operationCount: number;
  errors: Diagnostic[];
  warnings: Diagnostic[];
  /** Why the run ended before its text did. */
  stop: Diagnostic | null;
}

export interface Position {
  operation: number;
  event: number;
}

export type Status = "done" | "failed" | "mistake";

export interface StepEvent {
  name: string;
  function: string;
  sentence: SentencePart[];
}

/**
 * What the position shows: an operation, and the event of it that just happened; at the end
 * of an operation all of it, and before the first there is none (operation -1).
 */
export interface Step {
  operation: number;
  event: number;
  eventCount: number;
  operationCount: number;
  /** 1-based line of the scenario, 0: none. */
  line: number;
  call: string;
  function: string;
  kind: string;
  sentence: SentencePart[];
  result: string;
  status: Status;
  note: string;
  /** Of a question: the value that comes out. */
  answer: string;
  events: StepEvent[];
}

export interface LogRow {
  operation: number;
  line: number;
  call: string;
  status: Status;
  /** What the call gave its caller: "pfn 1088", "NULL". */
  result: string;
  summary: string;
  kind: string;
}

export interface Mark {
  operation: number;
  kind: string;
  text: string;
}

export interface FrameStatistics {
  framesDrawn: number;
  frameMilliseconds: number;
}

export type Move = "first" | "last" | "nextEvent" | "previousEvent" | "nextOperation" | "previousOperation";
export type Face = "words" | "words-strong" | "code";
export type ViewName =
  | "memory"
  | "tree"
  | "free_lists"
  | "per_cpu_lists"
  | "watermarks"
  | "fragmentation"
  | "slabs"
  | "caches"
  | "object"
  | "walk"
  | "vmalloc"
  | "tlb"
  | "misses"
  | "landscape";

/** What the pictures are about. */
export type Subject = "pages" | "slabs" | "addresses";

/** One level of what an address is, within the level before it. */
export interface LensLevel {
  text: string;
  detail: string;
  role: Role;
  /** Picking the level picks this address (base 16), or else this frame; "" and noPfn: neither. */
  address: string;
  pfn: number;
}

export interface Lens {
  /** Base 16; "": there is none. */
  address: string;
  levels: LensLevel[];
}

/** Counts of a trace, or of a part of it. */
export interface MissCounts {
  references: number;
  firstLevelMisses: number;
  secondLevelMisses: number;
}

export interface TraceResult {
  instructions: MissCounts;
  data: MissCounts;
  walks: number;
  overTime: MissCounts[];
  /** By ascending address, base 16; addresses never touched are left out. */
  overAddress: (MissCounts & { start: string })[];
  referencesPerBucket: number;
  regionBytes: number;
}

/** A processor's TLBs for 4 KiB pages: "entries,ways". */
export interface TracePreset {
  name: string;
  source: string;
  instructions: string;
  data: string;
  shared: string;
}

export interface Program {
  // -- the run --
  /** With errors in the text nothing changes: what was shown stays. */
  run(text: string): RunResult;
  operationCount(): number;
  eventCount(operation: number): number;
  position(): Position;
  seek(operation: number, event: number): void;
  move(move: Move): void;
  step(): Step;
  log(from: number, count: number): LogRow[];
  /** Notes, questions, failures and mistakes of the run. */
  marks(): Mark[];
  /** A file of /proc as the kernel would print it now: "buddyinfo", "slabinfo", ...; "": there is none such. */
  proc(name: string): string;
  /** A hash of the whole state. */
  hash(): string;
  /** Calls back after the reader changed something on the canvas: position, selection or view. */
  onChange(callback: (kind: string) => void): void;

  // -- what the views show --
  select(pfn: number): void;
  hover(pfn: number): void;
  /** Base 16, without 0x. False: that is no address. */
  selectAddress(address: string): boolean;
  /** Picked by the reader, else as the run and its author have it. */
  subject(): Subject;
  /** "": as the run and its author have it. */
  setSubject(subject: Subject | ""): void;
  /** The view that the author's show() asked for last, up to this step; "": none. */
  shownView(): string;
  /** What the picked address is, or the step's, on every level. */
  lens(): Lens;
  /** What a reader typed as an address or a pfn; problem: why it is neither. */
  readAddress(text: string): { address: string; problem: string };
  viewSettings(): string;
  setViewSettings(settings: string): boolean;
  /** Shows the next of the machine's zones, after the last the first. */
  nextZone(): void;
  /** The memory picture about its middle; 1e-6 shows all of it. */
  zoom(factor: number): void;
  /** In parts of what is in view. */
  pan(right: number, down: number): void;
  setTheme(theme: ThemeName): void;
  palette(theme: ThemeName): Record<string, string>;
  setReducedMotion(reduced: boolean): void;
  setCooperativeGestures(cooperative: boolean): void;

  // -- the canvas --
  /** The font's file, for the canvas; HTML has the same. */
  setFont(face: Face, file: Uint8Array): void;
  /** Opens WebGL 2 on the canvas. False: the browser gives none; all but the pictures works. */
  start(): boolean;
  contextLost(): void;
  contextRestored(): void;
  setViewRectangle(name: ViewName, x: number, y: number, width: number, height: number): void;
  /** The canvas's size in CSS pixels and in device pixels. */
  resize(width: number, height: number, deviceWidth: number, deviceHeight: number): void;
  requestFrame(): void;
  frameStatistics(): FrameStatistics;

  // -- a trace of references, piece by piece; one at a time --
  tracePresets(): TracePreset[];
  /** Why there can be no such TLBs; "": it can begin. Replacement: "lru", "plru" or "random". */
  traceBegin(instructions: string, data: string, shared: string, replacement: string): string;
  /** The file's next bytes, plain or gzipped. False: traceError() says why. */
  traceFeed(bytes: Uint8Array): boolean;
  traceFinish(): boolean;
  traceError(): string;
  traceResult(): TraceResult;
  traceEnd(): void;

  // -- the pointer --
  setModifiers(control: boolean, shift: boolean, alt: boolean, meta: boolean): void;
  pointerMoved(kind: string, x: number, y: number): void;
  pointerLeft(): void;
  /** 0 left, 1 right, 2 middle. */
  pointerButton(button: number, down: boolean): void;
  /** In notches. False: no view wants it, and the page may scroll. */
  wheel(x: number, y: number, right: number, down: number): boolean;
  /** Two fingers: a factor about a point, and how far that point has moved. */
  pinch(x: number, y: number, factor: number, movedX: number, movedY: number): void;
}

/** A pfn that names no frame: hovering or selecting it clears. */
export const noPfn = 0xffffffff;
