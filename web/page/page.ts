// The page's beginning: loads the engine and connects the browser to it.
import { follow_size, follow_views, survive_context_loss } from "./canvas";
import { load_engine } from "./wasm";
import type { Engine } from "./wasm";
import { connect_input } from "./input";

declare global {
  interface Window {
    pageframe?: Engine; // for tests
  }
}

async function main(): Promise<void> {
  const canvas = document.querySelector<HTMLCanvasElement>("#canvas");
  if (!canvas) throw new Error("The page has no canvas.");
  const theme = new URLSearchParams(location.hash.slice(1)).get("theme");
  if (theme) document.documentElement.dataset.theme = theme;

  const engine = await load_engine(canvas);
  engine.set_theme(document.documentElement.dataset.theme ?? "dark");
  survive_context_loss(canvas, engine);
  connect_input(canvas, engine);
  follow_views(canvas, engine);
  follow_size(canvas, engine);
  window.pageframe = engine;
  document.documentElement.dataset.ready = "yes";
}

main().catch((error: unknown) => {
  const failure = document.querySelector<HTMLElement>("#failure");
  if (!failure) return;
  failure.textContent = error instanceof Error ? error.message : String(error);
  failure.hidden = false;
});
