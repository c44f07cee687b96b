// The embed's beginning: the sentence, the picture, back and next, in a frame of another
// page. It is a guest there:
//   - it never calls focus(), and the host's page does not scroll;
//   - it takes keys only after the reader has clicked into it, until they go elsewhere;
//   - the wheel and one finger scroll the host's page; Ctrl or Cmd with the wheel zooms;
//   - it never rewrites its address (a browser restores a frame's rewritten address), and
//     keeps nothing in the browser's store.

import { byId, make } from "./dom";
import { connectKeyboard } from "./keyboard";
import { themeOf } from "./link";
import { firstDocument, openAddress } from "./open_link";
import { Prediction } from "./prediction";
import { Reader } from "./reader";
import { SentenceArea } from "./sentence";
import { speak } from "./spoken";
import { Subjects } from "./subject";
import { Theme } from "./theme";
import { Transport } from "./transport";
import { explainFailure, loadProgram } from "./wasm";

const theme = new Theme(false, themeOf(location.hash));

async function main(): Promise<void> {
  const program = await loadProgram(byId<HTMLCanvasElement>("canvas"), showWheelHint);
  program.setCooperativeGestures(true);
  theme.attach(program);
  const reader = new Reader(program);
  new SentenceArea(reader);
  speak(reader);
  new Prediction(reader);
  connectKeyboard(new Transport(reader), reader.program, new Subjects(reader), keysAreOurs());

  const open = async (): Promise<void> => {
    byId<HTMLAnchorElement>("full").href = `index.html${location.hash}`;
    if (!(await openAddress(reader, theme)) && reader.document.text === "")
      reader.open(await firstDocument());
  };
  await open();
  window.addEventListener("hashchange", () => void open());
  document.documentElement.dataset.ready = "yes";
}

/** Have we the reader's attention? Since a click in here, until the frame loses the focus. */
function keysAreOurs(): () => boolean {
  let ours = false;
  window.addEventListener("pointerdown", () => (ours = true));
  window.addEventListener("blur", () => (ours = false));
  return () => ours;
}

let hintTimer = 0;

function showWheelHint({ clientX, clientY }: WheelEvent): void {
  const { left, right, top, bottom } = byId("memory").getBoundingClientRect();
  if (clientX < left || clientX > right || clientY < top || clientY > bottom) return;
  const hint = document.querySelector<HTMLElement>(".hint") ?? make("p", "hint");
  const key = /Mac|iPhone|iPad/.test(navigator.userAgent) ? "⌘" : "Ctrl";
  hint.textContent = `${key} + wheel zooms`;
  hint.hidden = false;
  document.body.append(hint);
  clearTimeout(hintTimer);
  hintTimer = setTimeout(() => (hint.hidden = true), 1200);
}

main().catch(explainFailure);
