// A program's references through TLBs of any shape: a file as Valgrind's lackey writes it
// (--trace-mem=yes), plain or gzipped, read piece by piece; what is open stays behind.
//
//     file -> pieces -> program.traceFeed() -> counts as a table, misses over time and over address
//
// Between two pieces the page is the reader's: it draws, it can be cancelled.

import { button, digits, make } from "./dom";
import type { MissCounts, Program, TraceResult } from "./engine";
import { bars, type Bar } from "./trace_plot";

/** Bytes handed over at once: some milliseconds' work, unpacked some twenty times as much. */
const pieceBytes = 48 * 1024;

const likeCachegrind = { name: "as cachegrind’s defaults", source: "", instructions: "64,4", data: "64,4", shared: "1536,6" };

let open: TraceDialog | null = null;

export function openTrace(program: Program, file: File): void {
  open?.close();
  open = new TraceDialog(program, file);
}

class TraceDialog {
  private readonly dialog = make("dialog", "trace");
  private readonly state = make("p", "trace-state");
  private readonly progress = make("progress");
  private readonly result = make("div", "trace-result");
  private readonly preset = make("select");
  private readonly fields = { instructions: make("input"), data: make("input"), shared: make("input") };
  private readonly replacement = make("select");
  private readonly start = make("button", "strong-button", "Read");
  /** Grows whenever what is being read is of no interest any more. */
  private reading = 0;

  constructor(
    private readonly program: Program,
    private readonly file: File,
  ) {
    const heading = make("h2", "", file.name);
    heading.id = "trace-heading";
    this.dialog.setAttribute("aria-labelledby", heading.id);
    this.state.setAttribute("role", "status");
    this.progress.setAttribute("aria-label", "Read so far");
    this.progress.max = Math.max(file.size, 1);
    this.progress.value = 0;
    const bottom = make("div", "row-of-buttons", button("quiet", "Close", () => this.dialog.close()));
    this.dialog.append(heading, this.form(), this.progress, this.state, this.result, bottom);
    this.dialog.addEventListener("close", () => this.close());
    document.body.append(this.dialog);
    this.dialog.showModal();
    void this.read();
  }

  /** The dialog's own "close" comes late: by then another trace may be read. */
  close(): void {
    if (open !== this) return;
    open = null;
    ++this.reading;
    this.program.traceEnd();
    this.dialog.remove();
  }

  private form(): HTMLElement {
    const presets = [likeCachegrind, ...this.program.tracePresets()];
    this.preset.append(...presets.map(({ name }, index) => new Option(name, String(index))));
    const take = (): void => {
      const chosen = presets[Number(this.preset.value)] ?? likeCachegrind;
      for (const key of ["instructions", "data", "shared"] as const) this.fields[key].value = chosen[key];
      this.preset.title = chosen.source;
    };
    this.preset.addEventListener("change", () => {
      take();
      void this.read();
    });
    take();
    for (const [value, text] of [["lru", "least recently used"], ["plru", "pseudo-LRU tree"], ["random", "random"]] as const)
      this.replacement.append(new Option(text, value));
    const labelled = (text: string, control: HTMLElement): HTMLElement => make("label", "", make("span", "", text), control);
    const form = make(
      "form",
      "trace-form",
      labelled("TLBs", this.preset),
      labelled("Instructions", this.fields.instructions),
      labelled("Data", this.fields.data),
      labelled("Second level", this.fields.shared),
      labelled("Replacement", this.replacement),
      this.start,
    );
    this.start.type = "submit";
    for (const field of Object.values(this.fields)) {
      field.spellcheck = false;
      field.title = "entries, ways";
    }
    this.fields.shared.title += "; of instructions / of data where they share none";
    // What stands below is of other TLBs from then on.
    form.addEventListener("input", () => this.dialog.classList.add("stale"));
    form.addEventListener("submit", (event) => {
      event.preventDefault();
      if (this.start.textContent === "Cancel") this.cancel();
      else void this.read();
    });
    return form;
  }

  private cancel(): void {
    ++this.reading;
    this.program.traceEnd();
    this.rest("Cancelled.");
  }

  private rest(text: string, failed = false): void {
    this.start.textContent = "Read again";
    this.progress.hidden = true;
    this.state.textContent = text;
    this.state.classList.toggle("mistake", failed);
  }

  private async read(): Promise<void> {
    const own = ++this.reading;
    const { instructions, data, shared } = this.fields;
    const problem = this.program.traceBegin(instructions.value, data.value, shared.value, this.replacement.value);
    if (problem !== "") {
      this.rest(problem, true);
      return;
    }
    this.start.textContent = "Cancel";
    this.dialog.classList.remove("stale");
    this.state.textContent = "Reading …";
    this.state.classList.remove("mistake");
    this.result.replaceChildren();
    this.progress.hidden = false;
    const began = performance.now();
    try {
      for (let at = 0; at < this.file.size; at += pieceBytes) {
        const piece = new Uint8Array(await this.file.slice(at, at + pieceBytes).arrayBuffer());
        if (own !== this.reading) return;
        if (!this.program.traceFeed(piece)) break;
        this.progress.value = at + piece.length;
        await nextTurn();
        if (own !== this.reading) return;
      }
      const whole = this.program.traceError() === "" && this.program.traceFinish();
      if (!whole) {
        this.rest(`The trace can’t be used: ${this.program.traceError()}`, true);
        return;
      }
      this.show(this.program.traceResult(), (performance.now() - began) / 1000);
    } catch {
      if (own === this.reading) this.rest("The browser can’t read the file.", true);
    }
  }

  private show(result: TraceResult, seconds: number): void {
    const references = result.instructions.references + result.data.references;
    this.rest(`${digits(references)} references in ${seconds.toFixed(1)} s; ${digits(result.walks)} page walks.`);
    const time = result.overTime.map((counts, index) => ({
      ...counts,
      label: `References ${digits(index * result.referencesPerBucket + 1)}–${digits(index * result.referencesPerBucket + counts.references)}`,
      gapBefore: false,
    }));
    const size = BigInt(result.regionBytes);
    let expected = 0n;
    const address = result.overAddress.map((region) => {
      const start = BigInt(`0x${region.start}`);
      const bar: Bar = { ...region, label: `From ${region.start}`, gapBefore: expected !== 0n && start !== expected };
      expected = start + size;
      return bar;
    });
    this.result.replaceChildren(
      table(result),
      bars("Misses over time", `${digits(result.referencesPerBucket)} references a step`, time, ["1", digits(references)]),
      bars("Misses over address", `${sizeText(result.regionBytes)} a step; addresses never touched are left out`, address, [
        BigInt(`0x${result.overAddress[0]?.start ?? 0}`).toString(16),
        expected > 0n ? (expected - 1n).toString(16) : "",
      ]),
    );
  }
}

function table({ instructions, data, walks }: TraceResult): HTMLTableElement {
  const rows: [string, MissCounts][] = [
    ["Instructions", instructions],
    ["Data", data],
  ];
  const heads = ["", "References", "First-level misses", "", "Second-level misses", ""];
  const head = make("tr", "", ...heads.map((text) => make("th", "", text)));
  const body = rows.map(([name, counts]) => {
    const share = (misses: number): string =>
      counts.references === 0 ? "" : `${((misses / counts.references) * 1000).toFixed(2)} per 1,000`;
    const title = make("th", "", name);
    title.scope = "row";
    const cells = [
      digits(counts.references),
      digits(counts.firstLevelMisses),
      share(counts.firstLevelMisses),
      digits(counts.secondLevelMisses),
      share(counts.secondLevelMisses),
    ];
    return make("tr", "", title, ...cells.map((text) => make("td", "", text)));
  });
  const caption = make("caption", "unseen", `Misses at each level; ${digits(walks)} page walks`);
  return make("table", "", caption, make("thead", "", head), make("tbody", "", ...body));
}

const sizeText = (bytes: number): string =>
  bytes >= 1 << 30 ? `${bytes / (1 << 30)} GiB` : bytes >= 1 << 20 ? `${bytes / (1 << 20)} MiB` : `${bytes / 1024} KiB`;

/** Lets the browser draw and answer, which a resolved promise alone does not. */
const nextTurn = (): Promise<void> => new Promise((resolve) => setTimeout(resolve));
