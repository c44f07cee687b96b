// What an address asks for: its fragment becomes an open document, or a notice of why not.

import { examples, findExample, textOf, type Example } from "./examples";
import { LinkError, readLink, type Link } from "./link";
import { notice } from "./notices";
import { titleOf, type Document, type Place, type Reader } from "./reader";
import type { Theme } from "./theme";

/** For a page without examples, and the start of a reader's own. */
export const emptyScenario: Document = {
  text: `// A scenario of my own
machine { ram = 64M; }

struct page *p = alloc_pages(GFP_KERNEL, 5);
__free_pages(p, 5);
`,
  title: "A scenario of my own",
  origin: { kind: "new" },
};

/** Opens what the address names. False: it names nothing, or nothing that can be opened. */
export async function openAddress(reader: Reader, theme: Theme): Promise<boolean> {
  const fragment = location.hash;
  try {
    const link = await readLink(fragment);
    const document = await documentOf(link);
    // A later address has come while this one was read.
    if (location.hash !== fragment) return true;
    theme.force(link.theme);
    if (document === null) return false;
    openAt(reader, document, link);
    return true;
  } catch (error) {
    const why = error instanceof LinkError ? error.message : `The link can’t be opened: ${String(error)}`;
    notice(why, { kind: "error", topic: "link" });
    return false;
  }
}

export async function documentOf(link: Pick<Link, "source">): Promise<Document | null> {
  const { source } = link;
  if (source === null) return null;
  if ("text" in source) return { text: source.text, title: titleOf(source.text), origin: { kind: "link" } };
  const example = await findExample(source.example);
  if (example === null) throw new LinkError(`There is no example called “${source.example}”.`);
  return exampleDocument(example);
}

export async function exampleDocument(example: Example): Promise<Document> {
  return {
    text: await textOf(example),
    title: example.title,
    origin: { kind: "example", name: example.name },
  };
}

/** The gallery's first, for a reader who asked for nothing. */
export async function firstDocument(): Promise<Document> {
  try {
    const [example] = (await examples()).flatMap((group) => group.examples);
    if (example) return await exampleDocument(example);
  } catch {
    notice("The examples can’t be loaded just now.", { topic: "examples" });
  }
  return emptyScenario;
}

export function openAt(reader: Reader, document: Document, place: Place): void {
  if (reader.open(document, place) || !reader.result.ok) return;
  notice("The link names a step past the end of this run: here is the end.", { topic: "link" });
}
