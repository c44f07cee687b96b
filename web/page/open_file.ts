// Files of the reader's own: chosen in a dialog, or dropped anywhere on the page. A scenario
// (.pf), a recording, or a trace of a program's references, as text or gzipped. A file is read
// here and goes nowhere.

import { byId } from "./dom";
import { notice } from "./notices";
import { beginningOf, decodeText, largestText, TextError } from "./text";

export interface Openers {
  text(name: string, text: string): void;
  /** Lines as Valgrind's lackey writes them: read piece by piece, for they may be long. */
  trace(file: File): void;
}

/** Returns what shows the dialog. */
export function connectFiles(open: Openers): () => void {
  const chooser = byId<HTMLInputElement>("file");
  chooser.addEventListener("change", () => {
    const [file] = chooser.files ?? [];
    chooser.value = "";
    if (file) void openFile(file, open);
  });

  // dragenter and dragleave come for every element on the way; the depth tells in from out.
  let depth = 0;
  const show = (shown: boolean): void => {
    byId("drop").hidden = !shown;
  };
  const hasFiles = (event: DragEvent): boolean => event.dataTransfer?.types.includes("Files") ?? false;
  window.addEventListener("dragenter", (event) => {
    if (!hasFiles(event)) return;
    event.preventDefault();
    ++depth;
    show(true);
  });
  window.addEventListener("dragleave", (event) => {
    if (!hasFiles(event)) return;
    depth = Math.max(0, depth - 1);
    if (depth === 0) show(false);
  });
  window.addEventListener("dragover", (event) => {
    if (hasFiles(event)) event.preventDefault();
  });
  window.addEventListener("drop", (event) => {
    depth = 0;
    show(false);
    const [file] = event.dataTransfer?.files ?? [];
    if (!file) return;
    event.preventDefault();
    void openFile(file, open);
  });
  return () => chooser.click();
}

async function openFile(file: File, open: Openers): Promise<void> {
  try {
    if (looksLikeTrace(await beginningOf(file))) open.trace(file);
    else open.text(file.name.replace(/\.gz$/i, ""), await textOf(file));
  } catch (error) {
    const why = error instanceof TextError ? error.message : "the browser can’t read it.";
    notice(`${file.name} was not opened: ${why}`, { kind: "error", topic: "file" });
  }
}

/** "I  04001030,3" and " L 1ffeffe7e8,8" among the first lines. */
function looksLikeTrace(beginning: string): boolean {
  return beginning.split("\n").some((line) => /^(I {2}| [LSM] )[0-9a-fA-F]{1,16},\d{1,4}\r?$/.test(line));
}

async function textOf(file: File): Promise<string> {
  if (file.size > largestText) throw new TextError("it is larger than 64 MiB.");
  return decodeText(new Uint8Array(await file.arrayBuffer()));
}
