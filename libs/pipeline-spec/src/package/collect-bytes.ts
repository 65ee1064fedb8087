/** Reads a stream to its end, or, as soon as it is longer than `maxBytes`, ends it and throws what `excess` returns. Holds no more than `maxBytes` and one chunk. */
export async function collectBytes(stream: AsyncIterable<Uint8Array | string>, maxBytes: number, excess: () => Error): Promise<Buffer> {
  const chunks: Uint8Array[] = [];
  let size = 0;
  for await (const chunk of stream) {
    const bytes = typeof chunk === 'string' ? Buffer.from(chunk) : chunk;
    size += bytes.length;
    if (size > maxBytes) throw excess();
    chunks.push(bytes);
  }
  return Buffer.concat(chunks, size);
}
