// Share: copies a link to what is seen now, and says what came of it. Where the browser
// gives no clipboard, a dialog shows the link, selected.

import { byId, digits } from "./dom";
import { findExample, textOf } from "./examples";
import { safeLinkLength, writeLink, type Link } from "./link";
import { notice } from "./notices";
import type { Reader } from "./reader";

/** Longer than this, browsers' address bars give up. */
const longestLink = 32_000;

export function connectShare(reader: Reader): void {
  byId("share").addEventListener("click", () => void share(reader));
  byId("link-close").addEventListener("click", () => byId<HTMLDialogElement>("link-dialog").close());
}

async function share(reader: Reader): Promise<void> {
  const fragment = await fragmentOf(reader);
  if (fragment === null) {
    notice("A recording is too long for a link: share its file instead.", { topic: "share" });
    return;
  }
  const link = new URL(fragment, location.href.replace(/#.*$/, "")).href;
  if (!(await copy(link))) return;
  const embed = new URL(`embed.html${fragment}`, location.href).href;
  const code = `<iframe src="${embed}" width="860" height="430" title="Pageframe" loading="lazy"></iframe>`;
  const long = link.length > safeLinkLength;
  notice(
    long
      ? `Link copied. It has ${digits(link.length)} characters: some programs cut links longer than ${digits(safeLinkLength)}.`
      : `Link copied: ${digits(link.length)} characters, with the scenario and this step in it.`,
    {
      kind: long ? "warning" : "done",
      topic: "share",
      actions: [{ text: "Copy code to embed", run: () => void copyEmbed(code) }],
      ...(long ? {} : { seconds: 12 }),
    },
  );
}

/** null: there is no link short enough. */
async function fragmentOf(reader: Reader): Promise<string | null> {
  const { text, origin } = reader.document;
  const rest: Omit<Link, "source"> = {
    position: reader.position(),
    view: reader.program.viewSettings() || null,
    theme: null,
  };
  if (reader.result.kind === "recording") {
    // Of the gallery's recordings a link says the name; the example must still be that text.
    if (origin.kind !== "example") return null;
    const example = await findExample(origin.name);
    if (example === null || (await textOf(example)) !== text) return null;
    return writeLink({ source: { example: example.name }, ...rest });
  }
  const fragment = await writeLink({ source: { text }, ...rest });
  return fragment.length > longestLink ? null : fragment;
}

/** False: there was no clipboard, and a dialog shows the text instead. */
async function copy(text: string): Promise<boolean> {
  try {
    await navigator.clipboard.writeText(text);
    return true;
  } catch {
    const field = byId<HTMLTextAreaElement>("link-text");
    field.value = text;
    byId("link-length").textContent =
      text.length > safeLinkLength
        ? `${digits(text.length)} characters: some programs cut links longer than ${digits(safeLinkLength)}.`
        : `${digits(text.length)} characters.`;
    byId<HTMLDialogElement>("link-dialog").showModal();
    field.focus();
    field.select();
    return false;
  }
}

async function copyEmbed(code: string): Promise<void> {
  if (await copy(code)) notice("Code to embed copied.", { kind: "done", topic: "share", seconds: 6 });
}
