// The gallery: examples/index.json names the scenarios and recordings that come with the
// page, in groups. The menu opens by click and keyboard, lists them and the reader's own
// drafts, and on narrow pages also what the top bar has no room for.
//
//     [{"group": "...", "examples": [{"file": "x.pf", "title": "...", "line": "..."}]}]
//
// A recording's file may be gzipped (.txt.gz).

import { button, byId, make } from "./dom";
import { allDrafts, type Draft } from "./drafts";
import { titleOf } from "./reader";
import { decodeText } from "./text";

export interface Example {
  /** The file's name without its ending, as links say it. */
  name: string;
  file: string;
  title: string;
  line: string;
}

export interface ExampleGroup {
  group: string;
  examples: Example[];
}

let gallery: Promise<ExampleGroup[]> | null = null;

export function examples(): Promise<ExampleGroup[]> {
  gallery ??= load();
  return gallery;
}

async function load(): Promise<ExampleGroup[]> {
  const answer = await fetch("examples/index.json");
  if (!answer.ok) throw new Error(`examples/index.json: ${answer.status}`);
  const groups = (await answer.json()) as { group: string; examples: Omit<Example, "name">[] }[];
  return groups.map(({ group, examples }) => ({
    group,
    examples: examples.map((example) => ({
      ...example,
      name: example.file.replace(/\.(pf|txt)(\.gz)?$/, ""),
    })),
  }));
}

export async function findExample(name: string): Promise<Example | null> {
  const all = (await examples()).flatMap(({ examples }) => examples);
  return all.find((example) => example.name === name) ?? null;
}

export async function textOf(example: Example): Promise<string> {
  const answer = await fetch(`examples/${encodeURIComponent(example.file)}`);
  if (!answer.ok) throw new Error(`examples/${example.file}: ${answer.status}`);
  // A server may have unpacked a .gz on its way, or not: the bytes tell.
  return decodeText(new Uint8Array(await answer.arrayBuffer()));
}

export interface MenuActions {
  openExample(example: Example): void;
  openDraft(draft: Draft): void;
  openFile(): void;
  newScenario(): void;
}

/** The menu below the button #examples; arrow keys, Home, End and Escape work as in any menu. */
export function connectMenu(actions: MenuActions): void {
  const opener = byId("examples");
  const menu = byId("examples-menu");
  const items = (): HTMLElement[] => [...menu.querySelectorAll<HTMLElement>("[role=menuitem]")];

  const close = (): void => {
    if (menu.hidden) return;
    menu.hidden = true;
    opener.setAttribute("aria-expanded", "false");
  };
  const open = async (): Promise<void> => {
    let groups: ExampleGroup[] = [];
    try {
      groups = await examples();
    } catch {
      // The drafts are still there, and the menu says what is not.
      gallery = null;
    }
    menu.replaceChildren(...menuContent(groups, actions, close));
    menu.hidden = false;
    menu.scrollTop = 0;
    opener.setAttribute("aria-expanded", "true");
    items()[0]?.focus({ preventScroll: true });
  };

  opener.addEventListener("click", () => (menu.hidden ? void open() : close()));
  opener.addEventListener("keydown", (event) => {
    if (event.key !== "ArrowDown" || !menu.hidden) return;
    event.preventDefault();
    event.stopPropagation();
    void open();
  });
  menu.addEventListener("keydown", (event) => {
    const all = items();
    const here = all.indexOf(document.activeElement as HTMLElement);
    const to: Record<string, number> = {
      ArrowDown: here + 1,
      ArrowUp: here - 1,
      Home: 0,
      End: all.length - 1,
    };
    const next = to[event.key];
    event.stopPropagation();
    if (event.key === "Escape") {
      close();
      opener.focus();
    } else if (event.key === "Tab") {
      close();
    } else if (next !== undefined) {
      event.preventDefault();
      all[(next + all.length) % all.length]?.focus();
    }
  });
  document.addEventListener("pointerdown", (event) => {
    const target = event.target as Node;
    if (!menu.contains(target) && !opener.contains(target)) close();
  });
}

function menuContent(groups: readonly ExampleGroup[], actions: MenuActions, close: () => void): Node[] {
  const item = (title: string, line: string, action: () => void): HTMLElement => {
    const element = button("menu-item", "", () => {
      close();
      action();
    });
    element.append(make("span", "title", title), line === "" ? "" : make("span", "line", line));
    element.setAttribute("role", "menuitem");
    element.tabIndex = -1;
    return element;
  };
  const group = (name: string, items: HTMLElement[]): HTMLElement => {
    const heading = make("h3", "", name);
    heading.setAttribute("role", "presentation");
    const element = make("div", "menu-group", heading, ...items);
    element.setAttribute("role", "group");
    element.setAttribute("aria-label", name);
    return element;
  };

  const parts: Node[] = groups.map(({ group: name, examples }) =>
    group(
      name,
      examples.map((example) => item(example.title, example.line, () => actions.openExample(example))),
    ),
  );
  if (groups.length === 0) parts.push(make("p", "menu-empty", "The examples can’t be loaded just now."));
  const drafts = allDrafts();
  if (drafts.length > 0)
    parts.push(
      group(
        "Your drafts",
        drafts.map((draft) => item(titleOf(draft.text), ago(draft.changed), () => actions.openDraft(draft))),
      ),
    );
  parts.push(
    group("Your own", [
      item("New scenario", "Start with an empty machine.", actions.newScenario),
      item("Open a file …", "A scenario (.pf) or a recording; or drop it on the page.", actions.openFile),
      item("/proc", "The kernel’s own texts of the state shown.", () => byId("proc-open").click()),
      item("Help", "The pictures, the keys, the language.", () => window.open("help.html", "_blank", "noopener")),
    ]),
  );
  return parts;
}

function ago(time: number): string {
  const minutes = Math.round((Date.now() - time) / 60_000);
  if (minutes < 1) return "changed just now";
  if (minutes < 60) return `changed ${minutes} min ago`;
  if (minutes < 48 * 60) return `changed ${Math.round(minutes / 60)} h ago`;
  return `changed on ${new Date(time).toLocaleDateString("en-GB", { day: "numeric", month: "long", year: "numeric" })}`;
}
