// The little that the page needs to build HTML. Text is always set as text: what comes
// from links, files and scenarios is never parsed as HTML.

export function byId<T extends HTMLElement = HTMLElement>(id: string): T {
  const element = document.getElementById(id);
  if (element === null) throw new Error(`The page has no #${id}`);
  return element as T;
}

type Content = Node | string | null;

/** An element with a class (may be ''), and what is in it. */
export function make<K extends keyof HTMLElementTagNameMap>(
  tag: K,
  className = "",
  ...content: Content[]
): HTMLElementTagNameMap[K] {
  const element = document.createElement(tag);
  if (className !== "") element.className = className;
  for (const part of content) if (part !== null) element.append(part);
  return element;
}

export function button(className: string, text: string, action: () => void): HTMLButtonElement {
  const element = make("button", className, text);
  element.type = "button";
  element.addEventListener("click", action);
  return element;
}

/** Is the reader writing? Then letters, arrows and space belong to the field. */
export function isTyping(target: EventTarget | null): boolean {
  if (!(target instanceof HTMLElement)) return false;
  if (target instanceof HTMLTextAreaElement || target instanceof HTMLSelectElement) return true;
  return target instanceof HTMLInputElement && target.type !== "range";
}

const grouped = new Intl.NumberFormat("en-US");

/** 16384 -> "16,384" */
export const digits = (value: number): string => grouped.format(value);
