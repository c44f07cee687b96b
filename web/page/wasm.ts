// Loads the WebAssembly program and connects the browser to it.

import createPageframe from "pageframe-wasm";
import { followSize, surviveContextLoss } from "./canvas";
import type { Face, Program } from "./engine";
import { connectInput } from "./input";
import { followViews } from "./layout";
import { notice } from "./notices";

const faces: readonly Face[] = ["words", "words-strong", "code"];

declare global {
  interface Window {
    /** The program, for tests and for the curious. */
    pageframe?: Program;
  }
}

async function bytes(address: URL): Promise<Uint8Array> {
  const answer = await fetch(address);
  if (!answer.ok) throw new Error(`${address.pathname}: ${answer.status}`);
  return new Uint8Array(await answer.arrayBuffer());
}

/** What goes wrong here is thrown, with a message for the reader. */
export async function loadProgram(
  canvas: HTMLCanvasElement,
  wheelRefused?: (event: WheelEvent) => void,
): Promise<Program> {
  if (typeof WebAssembly !== "object") throw new Error("this browser has no WebAssembly.");
  const here = new URL(".", document.baseURI);
  const [module, ...fonts] = await Promise.all([
    createPageframe({ canvas, locateFile: (name: string) => new URL(name, here).href }),
    ...faces.map((face) => bytes(new URL(`fonts/${face}.ttf`, here))),
  ]);
  const program = module as unknown as Program;
  for (const [index, font] of fonts.entries()) program.setFont(faces[index] as Face, font);

  window.pageframe = program;
  if (program.start()) {
    surviveContextLoss(canvas, program);
    connectInput(canvas, program, wheelRefused);
    followSize(canvas, program);
    followViews(canvas, program);
  } else {
    notice(
      "This browser gives no WebGL 2, so there are no pictures. The sentence, the events, the log and the scenario work.",
      {
        topic: "webgl",
      },
    );
  }
  return program;
}

export function explainFailure(error: unknown): void {
  const why = error instanceof Error ? error.message : String(error);
  notice(`Pageframe’s program could not be loaded: ${why}`, {
    kind: "error",
    topic: "load",
    actions: [{ text: "Try again", run: () => location.reload() }],
  });
  const sentence = document.getElementById("sentence");
  if (sentence) sentence.textContent = "Nothing can be shown.";
}
