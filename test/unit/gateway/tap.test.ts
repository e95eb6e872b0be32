import fc from 'fast-check';
import { expect, test } from 'vitest';
import type { Json } from '../../../src/gateway/dialect/contract.ts';
import { tap } from '../../../src/gateway/tap.ts';

function tapped(chunks: readonly Uint8Array[], format: 'events' | 'json' = 'events') {
  const seen: Json[] = [];
  let pulled = 0;
  let ends = 0;
  const body = new ReadableStream<Uint8Array>(
    {
      pull(controller) {
        const chunk = chunks[pulled];
        pulled += 1;
        if (chunk === undefined) controller.close();
        else controller.enqueue(chunk);
      },
    },
    { highWaterMark: 0 },
  );
  const stream = tap({
    body,
    format,
    onJson: (value) => seen.push(value),
    onEnd: async () => {
      ends += 1;
    },
    onReading: () => undefined,
  });
  return { stream, seen, pulled: () => pulled, ends: () => ends };
}

const bytes = (text: string) => new TextEncoder().encode(text);

test('events are found wherever the bytes are split, and the bytes stay as they were', async () => {
  const text =
    'event: a\r\ndata: {"text":"zwei ∑ 𝛑"}\r\n\r\n: comment\ndata: {"n":\ndata: 2}\n\ndata: [DONE]\n\ndata: {"last":true}';
  const whole = bytes(text);
  await fc.assert(
    fc.asyncProperty(fc.array(fc.nat(whole.length), { maxLength: 12 }), async (cuts) => {
      const at = [0, ...cuts.sort((a, b) => a - b), whole.length];
      const chunks = at.slice(1).map((end, index) => whole.slice(at[index], end));
      const { stream, seen, ends } = tapped(chunks.filter((chunk) => chunk.length > 0));
      expect(await new Response(stream).text()).toBe(text);
      expect(seen).toEqual([{ text: 'zwei ∑ 𝛑' }, { n: 2 }, { last: true }]);
      expect(ends()).toBe(1);
    }),
  );
});

test('it reads no further than the agent does', async () => {
  const { stream, pulled, ends } = tapped(Array.from({ length: 100 }, () => bytes('data: {}\n\n')));
  const reader = stream.getReader();
  await reader.read();
  await reader.read();
  expect(pulled()).toBe(2);
  await reader.cancel();
  expect(ends()).toBe(1);
});
