// The page's beginning: loads the program, connects the parts of the page, and opens what
// the address asks for; else the reader's last draft; else the first example.
//
// The address follows the reader in three cases only: an example that is chosen gets its
// name, a text that is edited or opened from a file is no longer what a link said.

import { byId } from "./dom";
import { allDrafts, type Draft } from "./drafts";
import { Editor } from "./editor";
import { connectMenu, type Example } from "./examples";
import { connectKeyboard } from "./keyboard";
import { themeOf } from "./link";
import { Lens } from "./lens";
import { Log } from "./log";
import { dismiss, notice } from "./notices";
import { connectFiles } from "./open_file";
import { emptyScenario, exampleDocument, firstDocument, openAddress } from "./open_link";
import { showOperation } from "./operation";
import { ProcCard } from "./proc";
import { Prediction } from "./prediction";
import { Reader, titleOf, type Document } from "./reader";
import { SentenceArea } from "./sentence";
import { connectShare } from "./share";
import { speak } from "./spoken";
import { Subjects } from "./subject";
import { connectTabs } from "./tabs";
import { Theme } from "./theme";
import { Transport } from "./transport";
import { explainFailure, loadProgram } from "./wasm";

const theme = new Theme(true, themeOf(location.hash));
byId("theme").addEventListener("click", () => theme.toggle());

async function main(): Promise<void> {
  const program = await loadProgram(byId<HTMLCanvasElement>("canvas"));
  theme.attach(program);
  const reader = new Reader(program);
  new SentenceArea(reader);
  showOperation(reader);
  new Editor(reader);
  new Log(reader);
  new Lens(reader);
  speak(reader);
  const subjects = new Subjects(reader);
  connectTabs(subjects);
  const prediction = new Prediction(reader);
  const transport = new Transport(reader, (step) => prediction.isOpen(step));
  connectKeyboard(transport, reader.program, subjects);
  connectShare(reader);
  new ProcCard(reader);
  showTitle(reader);

  const openDraft = ({ id, text, position }: Draft): void => {
    leaveAddress();
    reader.open({ text, title: titleOf(text), origin: { kind: "draft", id } }, { position });
  };
  const openInstead = (document: Document): void => {
    const draft = currentDraft(reader);
    reader.open(document);
    if (draft) offerDraft(draft, openDraft);
  };
  const openExample = async (example: Example): Promise<void> => {
    try {
      const document = await exampleDocument(example);
      history.pushState(null, "", `#example=${example.name}`);
      openInstead(document);
    } catch (error) {
      notice(`The example can’t be loaded: ${String(error)}`, { kind: "error", topic: "examples" });
    }
  };
  const openFile = connectFiles({
    text: (name, text) => {
      leaveAddress();
      openInstead({ text, title: name, origin: { kind: "file", name } });
    },
    trace: (file) => void import("./trace").then(({ openTrace }) => openTrace(program, file)),
  });
  const newScenario = (): void => {
    leaveAddress();
    openInstead(emptyScenario);
  };
  connectMenu({ openExample: (example) => void openExample(example), openDraft, openFile, newScenario });
  byId("open").addEventListener("click", openFile);
  reader.on("draft", leaveAddress);

  const [draft] = allDrafts();
  if (await openAddress(reader, theme)) {
    if (draft && draft.text !== reader.document.text) offerDraft(draft, openDraft);
  } else if (draft) {
    openDraft(draft);
  } else {
    reader.open(await firstDocument());
  }
  window.addEventListener("hashchange", () => {
    dismiss("link");
    const before = currentDraft(reader);
    void openAddress(reader, theme).then((opened) => {
      if (opened && before) offerDraft(before, openDraft);
    });
  });
  document.documentElement.dataset.ready = "yes";
}

function showTitle(reader: Reader): void {
  const show = (): void => {
    const { title, origin } = reader.document;
    byId("title").textContent = title;
    byId("title").title = title;
    byId("origin").textContent =
      reader.result.kind === "recording" ? "recording" : origin.kind === "new" ? "draft" : origin.kind;
    document.title = `${title} · Pageframe`;
  };
  reader.on("document", show);
  reader.on("draft", show);
}

/** The address no longer says what is shown; Back in the browser still goes to it. */
function leaveAddress(): void {
  if (location.hash !== "") history.pushState(null, "", location.pathname + location.search);
}

function currentDraft(reader: Reader): Draft | null {
  const { origin } = reader.document;
  return origin.kind === "draft" ? (allDrafts().find((draft) => draft.id === origin.id) ?? null) : null;
}

function offerDraft(draft: Draft, open: (draft: Draft) => void): void {
  notice(`Your draft “${titleOf(draft.text)}” is kept.`, {
    kind: "done",
    topic: "draft",
    actions: [{ text: "Return to it", run: () => open(draft) }],
    seconds: 20,
  });
}

main().catch(explainFailure);
