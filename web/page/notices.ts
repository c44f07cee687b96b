// The bar of notices below the top bar: what went wrong or was done, in words, until the
// reader dismisses it (or, for confirmations, for some seconds).

import { button, byId, make } from "./dom";

export type NoticeKind = "error" | "warning" | "done";

export interface NoticeAction {
  text: string;
  run: () => void;
}

export interface NoticeOptions {
  kind?: NoticeKind;
  /** A later notice of the same topic takes the place of an earlier one. */
  topic?: string;
  actions?: NoticeAction[];
  /** Goes by itself after so many seconds. */
  seconds?: number;
}

const signs: Record<NoticeKind, string> = { error: "!", warning: "!", done: "✓" };
const names: Record<NoticeKind, string> = { error: "Problem", warning: "Note", done: "Done" };

/** Shows a notice; what it returns takes the notice away again. */
export function notice(text: string, options: NoticeOptions = {}): () => void {
  const { kind = "warning", topic = text, actions = [], seconds } = options;
  const bar = byId("notices");
  dismiss(topic);

  const sign = make("span", "notice-sign", signs[kind]);
  sign.setAttribute("role", "img");
  sign.setAttribute("aria-label", names[kind]);
  const item = make("div", `notice ${kind}`, sign, make("p", "", text));
  item.dataset["topic"] = topic;
  item.setAttribute("role", kind === "error" ? "alert" : "status");
  const remove = (): void => item.remove();
  for (const action of actions)
    item.append(
      button("quiet", action.text, () => {
        remove();
        action.run();
      }),
    );
  const close = button("quiet close", "✕", remove);
  close.setAttribute("aria-label", "Dismiss");
  item.append(close);
  bar.append(item);
  if (seconds !== undefined) setTimeout(remove, seconds * 1000);
  return remove;
}

export function dismiss(topic: string): void {
  for (const item of byId("notices").children)
    if ((item as HTMLElement).dataset["topic"] === topic) item.remove();
}
