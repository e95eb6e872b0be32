// The end of a stream in bounded memory: what came before is counted and dropped.

export type Tail = { push(chunk: Buffer): void; bytes(): Buffer; truncated(): boolean };

export const createTail = (limit: number): Tail => {
  const chunks: Buffer[] = [];
  let kept = 0;
  let total = 0;
  return {
    push(chunk) {
      total += chunk.length;
      kept += chunk.length;
      chunks.push(chunk);
      for (let first = chunks[0]; first !== undefined && kept - first.length >= limit; first = chunks[0]) {
        chunks.shift();
        kept -= first.length;
      }
    },
    bytes() {
      const all = Buffer.concat(chunks);
      return all.subarray(Math.max(0, all.length - limit));
    },
    truncated: () => total > limit,
  };
};
