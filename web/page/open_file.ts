// Files of the reader's own: chosen in a dialog, or dropped anywhere on the page. A scenario
// (.pf) or a recording, as text or gzipped. A file is read here and goes nowhere.

import { byId } from "./dom";
import { notice } from "./notices";
import { decodeText, largestText, TextError } from "./text";

export type OpenText = (name: string, text: string) => void;

/** Returns what shows the dialog. */
export function connectFiles(open: OpenText): () => void {
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

async function openFile(file: File, open: OpenText): Promise<void> {
  try {
    open(file.name.replace(/\.gz$/i, ""), await textOf(file));
  } catch (error) {
    const why = error instanceof TextError ? error.message : "the browser can’t read it.";
    notice(`${file.name} was not opened: ${why}`, { kind: "error", topic: "file" });
  }
}

async function textOf(file: File): Promise<string> {
  if (file.size > largestText) throw new TextError("it is larger than 64 MiB.");
  return decodeText(new Uint8Array(await file.arrayBuffer()));
}
