// Dark and light. The palette has one source, the program's: its colours become CSS
// variables here, and styles.css has the same values only for the first paint.
// Without a choice of the reader's the system's preference holds, and is followed.

import type { Program, ThemeName } from "./engine";

const key = "pageframe.theme";
const prefersLight = matchMedia("(prefers-color-scheme: light)");
const prefersStill = matchMedia("(prefers-reduced-motion: reduce)");

export class Theme {
  private program: Program | null = null;
  private chosen: ThemeName | null;

  /** `forced` (a link's or a host's) outweighs the reader's choice, and is not kept. */
  constructor(
    private readonly keep: boolean,
    private forced: ThemeName | null = null,
  ) {
    this.chosen = keep ? stored() : null;
    this.apply();
    prefersLight.addEventListener("change", () => this.apply());
  }

  get name(): ThemeName {
    return this.forced ?? this.chosen ?? (prefersLight.matches ? "light" : "dark");
  }

  attach(program: Program): void {
    this.program = program;
    this.apply();
    const motion = (): void => program.setReducedMotion(prefersStill.matches);
    motion();
    prefersStill.addEventListener("change", motion);
  }

  force(theme: ThemeName | null): void {
    this.forced = theme;
    this.apply();
  }

  toggle(): void {
    this.chosen = this.name === "dark" ? "light" : "dark";
    this.forced = null;
    if (this.keep) store(this.chosen);
    this.apply();
  }

  private apply(): void {
    const root = document.documentElement;
    root.dataset["theme"] = this.name;
    if (this.program === null) return;
    this.program.setTheme(this.name);
    for (const [name, colour] of Object.entries(this.program.palette(this.name)))
      root.style.setProperty(`--${name.replaceAll("_", "-")}`, colour);
  }
}

function stored(): ThemeName | null {
  try {
    const theme = localStorage.getItem(key);
    return theme === "dark" || theme === "light" ? theme : null;
  } catch {
    return null;
  }
}

function store(theme: ThemeName): void {
  try {
    localStorage.setItem(key, theme);
  } catch {
    // A browser that keeps nothing: the choice lasts as long as the page.
  }
}
