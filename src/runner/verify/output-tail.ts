// The end of what a command prints on both streams, in the order of arrival.
const keptBytes = 32 * 1024;

export function createOutputTail() {
  let parts: Buffer[] = [];
  let size = 0;
  return {
    push(chunk: Buffer): void {
      parts.push(chunk);
      size += chunk.length;
      if (size < 4 * keptBytes) return;
      parts = [Buffer.concat(parts).subarray(-keptBytes)];
      size = keptBytes;
    },
    text: (): string => Buffer.concat(parts).subarray(-keptBytes).toString('utf8'),
  };
}
