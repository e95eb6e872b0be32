// The tables in docs/spec that are made from code. A page holds them between two markers; the rest of it is written by hand.
import { readFileSync } from 'node:fs';
import { remedies } from '../../../src/decide/retry.ts';
import { runTransitions } from '../../../src/decide/run.ts';
import { transitions } from '../../../src/decide/ticket/transitions.ts';
import { commandTable, usage } from '../../../src/facts/command-given.ts';
import { FailureClass, RunOutcome, RunState } from '../../../src/facts/run.ts';
import { TicketStage } from '../../../src/facts/stage.ts';
import { remedyOf } from '../../../src/render/messages/remedy.ts';

const row = (...cells: readonly string[]) => `| ${cells.join(' | ')} |`;
const table = (head: readonly string[], rows: readonly (readonly string[])[]) =>
  [row(...head), row(...head.map(() => '---')), ...rows.map((cells) => row(...cells))].join('\n');
const code = (text: string) => `\`${text}\``;

const stages = TicketStage.options.map(({ shape }) => shape.name.value);

export const tables: Readonly<Record<string, () => string>> = {
  diagram: () =>
    [
      '```mermaid',
      'stateDiagram-v2',
      '  [*] --> idle',
      ...stages.flatMap((from) =>
        stages
          .filter(
            (to) => transitions[from][to] && !['merged', 'canceled', 'blocked'].includes(to) && from !== 'blocked',
          )
          .map((to) => `  ${from} --> ${to}`),
      ),
      '  in_review --> merged',
      '  merged --> [*]',
      '```',
    ].join('\n'),
  transitions: () =>
    table(
      ['from', 'to', 'by'],
      stages.flatMap((from) =>
        stages.flatMap((to) => {
          const causes = transitions[from][to];
          return causes ? [[code(from), code(to), [...new Set(causes)].map(code).join(' ')]] : [];
        }),
      ),
    ),
  commands: () =>
    table(
      ['command', 'least role', 'what it does'],
      Object.entries(commandTable).map(([name, { least, does }]) => [
        code(usage(name as keyof typeof commandTable)).replaceAll('|', '\\|'),
        least,
        does,
      ]),
    ),
  'run-states': () => RunState.options.map(code).join(' '),
  'run-transitions': () =>
    table(
      ['from', 'event', 'to'],
      RunState.options.flatMap((from) =>
        Object.entries(runTransitions[from]).map(([event, to]) => [code(from), event.replace('_', ' '), code(to)]),
      ),
    ),
  'run-outcomes': () => RunOutcome.options.map(({ shape }) => code(shape.kind.value)).join(' '),
  retries: () =>
    table(
      ['class', 'tried again', 'first pause', 'longest pause', 'then acts', 'what helps'],
      FailureClass.options.map((name) => {
        const { backoff, acts } = remedies[name];
        const pauses = backoff
          ? [`${backoff.most} times`, `${backoff.first} s`, `${backoff.longest} s`]
          : ['no', '', ''];
        return [code(name), ...pauses, acts, remedyOf[name]];
      }),
    ),
  'failure-classes': () => FailureClass.options.map(code).join(' '),
};

const marker = /<!-- table: ([\w-]+) -->\n[\s\S]*?<!-- end -->/g;

export const pageOf = (name: string): string =>
  readFileSync(new URL(`../../../docs/spec/${name}.md`, import.meta.url), 'utf8');

/** The page with every table as the code says it is now. Throws for a table that nobody makes. */
export const renewed = (page: string): string =>
  page.replace(marker, (_, name: string) => {
    const make = tables[name];
    if (!make) throw new Error(`no table is called ${name}`);
    return `<!-- table: ${name} -->\n${make()}\n<!-- end -->`;
  });
