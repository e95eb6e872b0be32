// `gantry dead-letters`: lists, shows, replays and dismisses what was given up, by the API of a running Gantry.
import { randomUUID } from 'node:crypto';
import { Permanent } from '../errors.ts';
import { type CliCommand, type Io, readArgs } from './command.ts';
import { printable } from './printable.ts';

type Entry = {
  id: string;
  kind: string;
  stream: string | null;
  what: string;
  class: string;
  why: string;
  hint: string;
  evidence: Record<string, string>;
  at: string;
  times: number;
  state: string;
  settledBy: string | null;
};

export const deadLetters: CliCommand = {
  name: 'dead-letters',
  summary: 'Lists, shows, replays or dismisses what was given up.',
  usage: `dead-letters list [--state open|replayed|dismissed|all] [--kind <kind>] [--class <class>] [--stream <id>] [--json]
       gantry dead-letters show <id> [--json]
       gantry dead-letters replay <id> [--why <text>]
       gantry dead-letters dismiss <id> --why <text>

Speaks to a running Gantry at GANTRY_URL (default http://127.0.0.1:3000) with the token GANTRY_TOKEN, one of its API_TOKENS:
"read" lists and shows, "read+replay" also replays and dismisses.`,
  async run(args, io) {
    const { values, positionals } = readArgs(
      args,
      {
        state: { type: 'string' },
        kind: { type: 'string' },
        class: { type: 'string' },
        stream: { type: 'string' },
        why: { type: 'string' },
        json: { type: 'boolean' },
      },
      true,
    );
    const [verb = 'list', id = ''] = positionals;
    const ask = askOf(io);
    switch (verb) {
      case 'list': {
        const { state = 'open', kind, class: failure, stream } = values;
        const asked = { kind, class: failure, stream, ...(state !== 'all' && { state }) };
        const items = await every(ask, asked);
        if (values.json) io.out(JSON.stringify(items));
        else for (const line of table(items)) io.out(line);
        return 0;
      }
      case 'show': {
        const entry = (await ask(`/${idOf(id)}`)) as Entry;
        for (const line of values.json ? [JSON.stringify(entry)] : lines(entry)) io.out(line);
        return 0;
      }
      case 'replay':
      case 'dismiss': {
        const entry = (await ask(`/${idOf(id)}/${verb}`, values.why === undefined ? {} : { why: values.why })) as Entry;
        io.out(
          `Dead letter ${entry.id} is ${entry.state}${entry.settledBy ? `, by ${printable(entry.settledBy)}` : ''}.`,
        );
        return 0;
      }
      default:
        throw new Permanent(
          `gantry dead-letters cannot ${JSON.stringify(verb)}: it can list, show, replay and dismiss.`,
        );
    }
  },
};

type Ask = (path: string, body?: object) => Promise<unknown>;

const idOf = (id: string): string => {
  if (!/^\d{1,18}$/.test(id))
    throw new Permanent('Name a dead letter by its number; `gantry dead-letters list` shows them.');
  return id;
};

/** A body makes it a change: with a key of its own, so that a lost answer can be asked for again by hand without harm. */
const askOf =
  ({ env, signal }: Io): Ask =>
  async (path, body) => {
    const url = env.GANTRY_URL ?? 'http://127.0.0.1:3000';
    const token = env.GANTRY_TOKEN;
    if (!token) throw new Permanent('Set GANTRY_TOKEN to one of the API_TOKENS of your Gantry.');
    const headers = { authorization: `Bearer ${token}` };
    const change = body && {
      method: 'POST',
      body: JSON.stringify(body),
      headers: { ...headers, 'content-type': 'application/json', 'idempotency-key': randomUUID() },
    };
    const response = await fetch(`${url}/api/v1/dead-letters${path}`, { headers, ...change, signal }).catch(
      (error: unknown) => {
        throw new Permanent(`No Gantry answers at ${url}. Start it, or set GANTRY_URL to where it runs.`, {
          cause: error,
        });
      },
    );
    const answer = (await response.json().catch(() => ({}))) as { detail?: string };
    if (!response.ok) throw new Permanent(answer.detail ?? `Gantry answered ${response.status}.`);
    return answer;
  };

async function every(ask: Ask, filters: Record<string, string | undefined>): Promise<Entry[]> {
  const query = new URLSearchParams({ limit: '100' });
  for (const [name, value] of Object.entries(filters)) if (value !== undefined) query.set(name, value);
  const all: Entry[] = [];
  for (;;) {
    const { items, next } = (await ask(`?${query}`)) as { items: Entry[]; next: string | null };
    all.push(...items);
    if (next === null) return all;
    query.set('cursor', next);
  }
}

const table = (items: readonly Entry[]): string[] =>
  items.length === 0
    ? ['There is nothing.']
    : items.map(({ id, at, kind, class: failure, stream, what, why }) =>
        printable(`${id}  ${at}  ${kind}  ${failure}  ${stream ?? '-'}  ${what}: ${why.slice(0, 120)}`),
      );

const lines = (entry: Entry): string[] =>
  [
    `${entry.kind} ${entry.what}, ${entry.state}${entry.settledBy ? ` by ${entry.settledBy}` : ''}`,
    `stream    ${entry.stream ?? '-'}`,
    `class     ${entry.class}`,
    `why       ${entry.why}`,
    `hint      ${entry.hint}`,
    `when      ${entry.at}, given up ${entry.times} times`,
    ...Object.entries(entry.evidence).map(([name, value]) => `${name.padEnd(9)} ${value}`),
  ].map((line) => printable(line, 1_200));
