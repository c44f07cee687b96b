// Loads the WebAssembly program and opens its window on the canvas.
import create_pageframe from "pageframe-wasm";
import type { MainModule } from "pageframe-wasm";

export type Engine = MainModule;

const faces = ["words", "words-strong", "code"] as const;

async function bytes(address: URL): Promise<Uint8Array> {
  const answer = await fetch(address);
  if (!answer.ok) throw new Error(`${address.pathname}: ${answer.status}`);
  return new Uint8Array(await answer.arrayBuffer());
}

// What goes wrong here is thrown, with a message for the reader.
export async function load_engine(canvas: HTMLCanvasElement): Promise<Engine> {
  const here = new URL(".", import.meta.url);
  const fonts = faces.map((face) => bytes(new URL(`fonts/${face}.ttf`, here)));
  const engine: Engine = await create_pageframe({
    canvas,
    locateFile: (name: string) => new URL(name, here).href,
  });
  for (const [index, face] of faces.entries()) {
    const font = await fonts[index];
    if (font) engine.set_font(face, font);
  }
  if (!engine.start()) throw new Error("This browser gives no WebGL 2.");
  return engine;
}
