// What the reader typed is never lost. Each text that was edited is a draft of its own,
// kept in the browser from the first keystroke; opening an example, a file or a link leaves
// the drafts alone.

import type { Position } from "./engine";

export interface Draft {
  id: string;
  text: string;
  changed: number;
  position: Position;
}

const key = "pageframe.drafts";
const most = 12;
const longest = 1 << 20;

/** What a browser that keeps nothing has until the page is left. */
let unkept: Draft[] = [];

/** Newest first; another tab's too. */
export function allDrafts(): Draft[] {
  try {
    const found: unknown = JSON.parse(localStorage.getItem(key) ?? "[]");
    return Array.isArray(found) ? found.filter(isDraft).slice(0, most) : [];
  } catch {
    return unkept;
  }
}

/** Keeps a draft: a new one without `id`. Returns its id. */
export function keepDraft(id: string | null, text: string, position: Position): string {
  const draft = { id: id ?? newId(), text, changed: Date.now(), position };
  write([draft, ...allDrafts().filter((other) => other.id !== draft.id)].slice(0, most));
  return draft.id;
}

export function dropDraft(id: string): void {
  write(allDrafts().filter((draft) => draft.id !== id));
}

const newId = (): string => `${Date.now().toString(36)}-${Math.random().toString(36).slice(2, 8)}`;

function isDraft(value: unknown): value is Draft {
  if (typeof value !== "object" || value === null) return false;
  const { id, text, changed, position } = value as Partial<Record<keyof Draft, unknown>>;
  if (typeof id !== "string" || typeof text !== "string" || typeof changed !== "number") return false;
  const { operation, event } = (position ?? {}) as Partial<Position>;
  return text.length <= longest && Number.isInteger(operation) && Number.isInteger(event);
}

function write(drafts: Draft[]): void {
  unkept = drafts;
  // With the browser's store full, the oldest go first.
  for (let count = drafts.length; count >= 0; --count) {
    try {
      localStorage.setItem(key, JSON.stringify(drafts.slice(0, count)));
      return;
    } catch {
      continue;
    }
  }
}
