// `gantry dead-letters`: lists, shows, replays and dismisses what was given up, by the API of a running Gantry.
import { DeadLetterAnswer, DeadLetterPage } from '../api/wire-dead-letters.ts';
import { Permanent } from '../errors.ts';
import { askApi } from './ask-api.ts';
import { type CliCommand, type Io, readArgs } from './command.ts';
import { printable } from './printable.ts';

export const deadLetters: CliCommand = {
  name: 'dead-letters',
  summary: 'Lists, shows, replays or dismisses what was given up.',
  usage: `dead-letters list [--state open|replayed|dismissed|all] [--kind <kind>] [--class <class>] [--stream <id>] [--json]
       gantry dead-letters show <id> [--json]
       gantry dead-letters replay <id> --why <text>
       gantry dead-letters dismiss <id> --why <text>

Speaks to a running Gantry at GANTRY_URL with the token GANTRY_TOKEN, one of its API_TOKENS; on the server itself its own settings do.
"read" lists and shows, "replay" replays and dismisses.`,
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
    switch (verb) {
      case 'list': {
        const { state = 'open', kind, class: failure, stream } = values;
        const asked = { kind, class: failure, stream, ...(state !== 'all' && { state }) };
        const items = await every(io, asked);
        if (values.json) io.out(JSON.stringify(items));
        else for (const line of table(items)) io.out(line);
        return 0;
      }
      case 'show': {
        const entry = await askApi(io, { path: `${path}/${idOf(id)}`, scope: 'read' }, DeadLetterAnswer);
        for (const line of values.json ? [JSON.stringify(entry)] : lines(entry)) io.out(line);
        return 0;
      }
      case 'replay':
      case 'dismiss': {
        const content = { why: values.why ?? '' };
        const asked = { path: `${path}/${idOf(id)}/${verb}`, scope: 'replay', content } as const;
        const entry = await askApi(io, asked, DeadLetterAnswer);
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

const path = '/dead-letters';

const idOf = (id: string): string => {
  if (!/^\d{1,18}$/.test(id))
    throw new Permanent('Name a dead letter by its number; `gantry dead-letters list` shows them.');
  return id;
};

async function every(io: Io, filters: Record<string, string | undefined>): Promise<DeadLetterAnswer[]> {
  const query = new URLSearchParams({ limit: '200' });
  for (const [name, value] of Object.entries(filters)) if (value !== undefined) query.set(name, value);
  const all: DeadLetterAnswer[] = [];
  for (;;) {
    const { items, next } = await askApi(io, { path: `${path}?${query}`, scope: 'read' }, DeadLetterPage);
    all.push(...items);
    if (next === null) return all;
    query.set('cursor', next);
  }
}

const table = (items: readonly DeadLetterAnswer[]): string[] =>
  items.length === 0
    ? ['There is nothing.']
    : items.map(({ id, at, kind, class: failure, stream, what, why }) =>
        printable(`${id}  ${at}  ${kind}  ${failure}  ${stream ?? '-'}  ${what}: ${why.slice(0, 120)}`),
      );

const lines = (entry: DeadLetterAnswer): string[] =>
  [
    `${entry.kind} ${entry.what}, ${entry.state}${entry.settledBy ? ` by ${entry.settledBy}` : ''}`,
    `stream    ${entry.stream ?? '-'}`,
    `class     ${entry.class}`,
    `why       ${entry.why}`,
    `hint      ${entry.hint}`,
    `when      ${entry.at}, given up ${entry.times} times`,
    ...Object.entries(entry.evidence).map(([name, value]) => `${name.padEnd(9)} ${value}`),
  ].map((line) => printable(line, 1_200));
