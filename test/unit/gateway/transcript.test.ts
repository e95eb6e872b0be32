// What is kept of a run's calls: what was new in each, the whole answer, no secret, and never more than a bound.
import { afterEach, describe, expect, test, vi } from 'vitest';
import { createTranscript } from '../../../src/gateway/transcript.ts';
import {
  BODIES,
  type GatewayWorld,
  openGatewayWorld,
  PROTOCOLS,
  REAL_KEY,
  type WorldOptions,
} from './gateway-world.ts';

const opened: (() => Promise<void>)[] = [];
afterEach(() => Promise.all(opened.splice(0).map((close) => close())));

type Line = { model: string; status: number; request: string; said: unknown[]; answer: string; cut?: true };
type Kept = GatewayWorld & { lines: string[]; read(count: number): Promise<Line[]> };

async function world(options: WorldOptions = {}): Promise<Kept> {
  const lines: string[] = [];
  const transcript = createTranscript(
    async (_, line) => void lines.push(line),
    (_, error) => {
      throw error;
    },
  );
  const made = await openGatewayWorld({ transcript, ...options });
  opened.push(made.close);
  const read = async (count: number) => {
    await vi.waitFor(() => expect(lines).toHaveLength(count));
    return lines.map((line) => JSON.parse(line) as Line);
  };
  return { ...made, lines, read };
}

/** A request that goes on after an earlier one, as each dialect writes it. */
const goesOn = (protocol: (typeof PROTOCOLS)[number], texts: readonly string[]) => {
  const { input: _, messages: __, contents: ___, ...rest } = BODIES[protocol];
  switch (protocol) {
    case 'openai-responses':
      return {
        ...rest,
        input: texts.map((text) => ({ type: 'message', role: 'user', content: [{ type: 'input_text', text }] })),
      };
    case 'anthropic-messages':
      return { ...rest, messages: texts.map((content) => ({ role: 'user', content })) };
    case 'gemini':
      return { ...rest, contents: texts.map((text) => ({ role: 'user', parts: [{ text }] })) };
  }
};

// Put together from parts, so that nothing here has the form of a live credential.
const token = ['gh', 'p_', 'a1'.repeat(18)].join('');

describe.each(PROTOCOLS)('%s', (protocol) => {
  test('each call tells what was new in it and what was answered; the second does not repeat the first', async () => {
    const { ask, read } = await world({ script: ({ prompt }) => ({ say: `You said: ${prompt.at(-1)}` }) });
    await (await ask(protocol, goesOn(protocol, ['one']))).text();
    await read(1);
    await (await ask(protocol, goesOn(protocol, ['one', 'two 2']))).text();
    const [first, second] = await read(2);
    expect(JSON.stringify(first?.said)).toContain('one');
    expect(JSON.stringify(second?.said)).toContain('two 2');
    expect(JSON.stringify(second?.said)).not.toContain('one');
    expect(first).toMatchObject({ model: 'the-model', status: 200, request: expect.stringMatching(/^[0-9a-f]{64}$/) });
    expect(second?.answer).toContain('You said: 2');
  });

  test('a tool call is in it, streamed or not', async () => {
    const { ask, read } = await world({ script: () => ({ shell: 'echo looking around' }) });
    await (await ask(protocol)).text();
    if (protocol !== 'gemini') await (await ask(protocol, { ...BODIES[protocol], stream: false })).text();
    for (const { answer } of await read(protocol === 'gemini' ? 1 : 2)) expect(answer).toContain('echo looking around');
  });

  test('no secret is in it, not even one that came in pieces or behind an escape, nor the key itself', async () => {
    const script = () => ({ say: `Take ${token} or ${REAL_KEY}.` });
    const { ask, read, lines } = await world({ script });
    await (await ask(protocol, goesOn(protocol, [`a line\n${token}`, JSON.stringify({ x: `\n${token}` })]))).text();
    await read(1);
    expect(lines[0]).toMatch(/a line.*\[redacted\]/);
    expect(lines[0]).not.toContain(token.slice(4, 16));
    expect(lines[0]).not.toContain(REAL_KEY);
  });

  test('what failed is in it, and what was refused is not', async () => {
    const { ask, read } = await world({ script: () => ({ fail: { status: 429 } }) });
    expect((await ask(protocol, { ...BODIES[protocol], a_field_of_mine: 1 })).status).toBe(403);
    await (await ask(protocol)).text();
    expect(await read(1)).toMatchObject([{ status: 429, answer: expect.stringMatching(/./) }]);
  });
});

test('neither a huge request nor a huge answer makes a huge line, and a secret is not cut in two', async () => {
  const { ask, read, lines } = await world({ script: () => ({ say: 'y'.repeat(2_000_000) }), budget: 1e9 });
  const texts = Array.from({ length: 9 }, (_, n) => `${n}${'x'.repeat(65_520)} ${token} ${'x'.repeat(500_000)}`);
  await (await ask('anthropic-messages', goesOn('anthropic-messages', texts))).text();
  const [line] = await read(1);
  expect(line?.cut).toBe(true);
  expect(lines[0]?.length).toBeLessThan(400_000);
  expect(lines[0]).not.toContain(token.slice(0, 8));
});

test('a database that does not keep up costs lines, not memory, and no call waits for it', async () => {
  const stuck = Promise.withResolvers<void>();
  let asked = 0;
  const transcript = createTranscript(
    () => {
      asked += 1;
      return stuck.promise;
    },
    () => {},
  );
  const made = await world({ transcript, script: () => ({ say: 'Hi.' }) });
  for (let n = 0; n < 80; n += 1) expect(await (await made.ask('gemini')).text()).toContain('Hi.');
  expect(asked).toBeLessThanOrEqual(64);
  stuck.resolve();
  await vi.waitFor(async () => {
    await (await made.ask('gemini')).text();
    expect(asked).toBeGreaterThan(64);
  });
});

test('a line that cannot be written is told, and nothing else happens', async () => {
  const failed: [string, unknown][] = [];
  const away = new Error('The database is away.');
  const transcript = createTranscript(
    () => Promise.reject(away),
    (...what) => failed.push(what),
  );
  const made = await world({ transcript });
  expect(await (await made.ask('gemini')).text()).toContain('Hi.');
  await vi.waitFor(() => expect(failed).toEqual([['run-1', away]]));
});

test('a request that cannot be written down, nested too deeply, breaks neither its run nor the gateway', async () => {
  const { ask, lines, read } = await world();
  const deep = `${'['.repeat(20_000)}${']'.repeat(20_000)}`;
  const body = `{"contents":[{"role":"user","parts":[{"functionResponse":{"name":"x","response":{"deep":${deep}}}}]}]}`;
  await ask('gemini', body).catch(() => undefined);
  await (await ask('gemini')).text();
  await read(1);
  expect(lines[0]).toContain('Hello');
});
