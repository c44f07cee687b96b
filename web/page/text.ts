// From bytes to text: gzip where it is, UTF-8, and no more than a bound, while unpacking.

export const largestText = 64 << 20;

/** Why some bytes are not a text, as the end of a sentence. */
export class TextError extends Error {}

/** A text's bytes, plain or gzipped. */
export async function decodeText(bytes: Uint8Array): Promise<string> {
  let plain = bytes;
  if (bytes[0] === 0x1f && bytes[1] === 0x8b) {
    try {
      plain = await collect(new DecompressionStream("gzip"), bytes, largestText);
    } catch {
      throw new TextError("it is no whole gzip file, or unpacks to more than 64 MiB.");
    }
  }
  try {
    return new TextDecoder("utf-8", { fatal: true }).decode(plain);
  } catch {
    throw new TextError("it is not text (UTF-8).");
  }
}

/** The first characters of a file, plain or gzipped; "" for what is neither. */
export async function beginningOf(file: File): Promise<string> {
  const bytes = new Uint8Array(await file.slice(0, 16384).arrayBuffer());
  if (bytes[0] !== 0x1f || bytes[1] !== 0x8b) return new TextDecoder().decode(bytes);
  const unpacker = new DecompressionStream("gzip");
  const reader = (new Blob([bytes]).stream().pipeThrough(unpacker) as ReadableStream<Uint8Array>).getReader();
  try {
    const { value } = await reader.read();
    return value ? new TextDecoder().decode(value.subarray(0, 16384)) : "";
  } catch {
    return "";
  } finally {
    // The rest of the file is missing here: that this fails says nothing.
    reader.cancel().catch(() => undefined);
  }
}

/** Sends bytes through a stream; gives up, with a TextError, as soon as more than `limit` come out. */
export async function collect(
  through: GenericTransformStream,
  bytes: Uint8Array,
  limit: number,
): Promise<Uint8Array> {
  const source = new Blob([bytes as Uint8Array<ArrayBuffer>]).stream();
  const reader = (source.pipeThrough(through) as ReadableStream<Uint8Array>).getReader();
  const chunks: Uint8Array[] = [];
  let length = 0;
  for (;;) {
    const { done, value } = await reader.read();
    if (done) break;
    length += value.length;
    if (length > limit) {
      await reader.cancel();
      throw new TextError(`it unpacks to more than ${limit} bytes.`);
    }
    chunks.push(value);
  }
  const all = new Uint8Array(length);
  let end = 0;
  for (const chunk of chunks) {
    all.set(chunk, end);
    end += chunk.length;
  }
  return all;
}
