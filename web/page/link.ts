// The share link: a run in the fragment of an address, which is never sent to a server.
//
//     #deflate1:<data>&theme=light     a scenario in the link itself
//     #example=<name>&at=37.3          an example of the gallery, by name
//
// `deflate1` names the codec, so that a better one can come beside it: data is
// base64url(raw deflate(UTF-8(JSON))), and the JSON is
//     {"text": "...", "check": n, "at": [operation, event], "view": "...", "language": 1}
// where all but the text may be missing; "check" is the text's FNV-1a hash (UTF-16 units, 32
// bits), since raw deflate has none and a changed letter may still unpack. The text itself travels, so a link survives any
// change of the examples; only a recording of the gallery, too long for a link, goes by
// name. Links that were given out once work for ever: a new payload is a new codec name.
//
// What a link says is a stranger's word. Reading bounds everything: the fragment's length,
// what it unpacks to (while unpacking, so that a bomb stops early), the JSON's shape.

import type { Position, ThemeName } from "./engine";
import { collect, TextError } from "./text";

export const languageVersion = 1;
/** Beyond this some programs cut links. */
export const safeLinkLength = 8000;

const codec = "deflate1:";
const largestFragment = 1 << 20;
const largestPayload = 1 << 20;
const largestView = 4096;

export interface Link {
  /** The scenario itself, or the name of an example; null: neither, only settings. */
  source: { text: string } | { example: string } | null;
  position: Position | null;
  view: string | null;
  theme: ThemeName | null;
}

/** What is wrong with a link, in words for the reader. */
export class LinkError extends Error {}

/** Reads a fragment, with or without its '#'. */
export async function readLink(fragment: string): Promise<Link> {
  const text = fragment.replace(/^#/, "");
  if (text.length > largestFragment) throw new LinkError("The link is longer than any that Pageframe makes.");

  const link: Link = { source: null, position: null, view: null, theme: null };
  for (const part of text.split("&")) {
    if (part.startsWith(codec)) {
      Object.assign(link, readPayload(await inflate(fromBase64Url(part.slice(codec.length)))));
    } else if (/^[a-z]+\d*:/.test(part)) {
      throw new LinkError("The link was made by a newer Pageframe than this one, or it is damaged.");
    } else {
      readParameter(link, part);
    }
  }
  return link;
}

/** The theme that a fragment asks for, without reading the rest: for the first paint. */
export function themeOf(fragment: string): ThemeName | null {
  const [, theme] = /[#&]theme=(dark|light)(?:&|$)/.exec(fragment) ?? [];
  return (theme as ThemeName | undefined) ?? null;
}

/** One `name=value`. Unknown ones are left alone. */
function readParameter(link: Link, part: string): void {
  const [name = "", raw = ""] = part.split("=", 2);
  let value: string;
  try {
    value = decodeURIComponent(raw);
  } catch {
    throw damaged();
  }
  if (name === "theme" && (value === "dark" || value === "light")) link.theme = value;
  if (name === "view") link.view = value.slice(0, largestView);
  if (name === "at") {
    const [, operation, event] = /^(\d{1,10})(?:\.(\d{1,10}))?$/.exec(value) ?? [];
    if (operation === undefined)
      throw new LinkError("The link names a step that can’t be: its “at” is no number.");
    link.position = position(Number(operation), Number(event ?? 0));
  }
  if (name === "example") {
    if (!/^[\w.-]{1,80}$/.test(value)) throw damaged();
    link.source = { example: value };
  }
}

function readPayload(json: string): Omit<Link, "theme"> {
  let payload: unknown;
  try {
    payload = JSON.parse(json);
  } catch {
    throw damaged();
  }
  if (typeof payload !== "object" || payload === null || Array.isArray(payload)) throw damaged();
  const { text, check, at, view, language } = payload as Record<string, unknown>;
  if (typeof text !== "string") throw damaged();
  if (check !== undefined && check !== checkOf(text)) throw damaged();
  if (language !== undefined && (typeof language !== "number" || !(language >= 1))) throw damaged();
  if (typeof language === "number" && language > languageVersion)
    throw new LinkError(
      "The link’s scenario is written in a newer version of the language than this page knows.",
    );
  if (view !== undefined && (typeof view !== "string" || view.length > largestView)) throw damaged();
  if (at !== undefined && !(Array.isArray(at) && at.length === 2)) throw damaged();
  const [operation, event] = (at as unknown[] | undefined) ?? [];
  return {
    source: { text },
    position: at === undefined ? null : position(operation, event),
    view: (view as string | undefined) ?? null,
  };
}

function position(operation: unknown, event: unknown): Position {
  const isIndex = (value: unknown): value is number =>
    typeof value === "number" && Number.isInteger(value) && value >= 0 && value <= 0xfffffffe;
  if (!isIndex(operation) || !isIndex(event)) throw new LinkError("The link names a step that can’t be.");
  return { operation, event };
}

/** The fragment for a link, with its '#'. */
export async function writeLink(link: Link): Promise<string> {
  const { source, position, view, theme } = link;
  const parts: string[] = [];
  if (source === null) {
    // Settings only.
  } else if ("text" in source) {
    const payload = {
      text: source.text,
      check: checkOf(source.text),
      ...(position && { at: [position.operation, position.event] }),
      ...(view && { view }),
      language: languageVersion,
    };
    parts.push(codec + toBase64Url(await deflate(JSON.stringify(payload))));
  } else {
    parts.push(`example=${source.example}`);
    if (position) parts.push(`at=${position.operation}.${position.event}`);
    if (view) parts.push(`view=${encodeURIComponent(view)}`);
  }
  if (theme) parts.push(`theme=${theme}`);
  return "#" + parts.join("&");
}

function checkOf(text: string): number {
  let hash = 0x811c9dc5;
  for (let index = 0; index < text.length; ++index)
    hash = Math.imul(hash ^ text.charCodeAt(index), 0x01000193);
  return hash >>> 0;
}

const damaged = (): LinkError =>
  new LinkError("The link is damaged: part of it is missing or was changed on the way.");

// -- the codec: raw deflate and base64url ---------------------------------------------

async function deflate(text: string): Promise<Uint8Array> {
  return collect(new CompressionStream("deflate-raw"), new TextEncoder().encode(text), Infinity);
}

async function inflate(bytes: Uint8Array): Promise<string> {
  let unpacked: Uint8Array;
  try {
    unpacked = await collect(new DecompressionStream("deflate-raw"), bytes, largestPayload);
  } catch (error) {
    if (error instanceof TextError)
      throw new LinkError("It unpacks to more than a megabyte, which no scenario needs.");
    throw damaged();
  }
  try {
    return new TextDecoder("utf-8", { fatal: true }).decode(unpacked);
  } catch {
    throw damaged();
  }
}

function toBase64Url(bytes: Uint8Array): string {
  let binary = "";
  for (let from = 0; from < bytes.length; from += 0x8000)
    binary += String.fromCharCode(...bytes.subarray(from, from + 0x8000));
  return btoa(binary).replaceAll("+", "-").replaceAll("/", "_").replace(/=+$/, "");
}

function fromBase64Url(text: string): Uint8Array {
  if (text === "" || !/^[\w-]+$/.test(text)) throw damaged();
  try {
    const binary = atob(text.replaceAll("-", "+").replaceAll("_", "/"));
    return Uint8Array.from(binary, (character) => character.charCodeAt(0));
  } catch {
    throw damaged();
  }
}
