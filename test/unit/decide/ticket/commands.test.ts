// What people type: who may, what it does, and why not.
import { describe, expect, test } from 'vitest';
import type { Command } from '../../../../src/facts/command-given.ts';
import { commandTable } from '../../../../src/facts/command-given.ts';
import { Role } from '../../../../src/facts/person.ts';
import {
  allowed,
  ann,
  at,
  authority,
  bo,
  command,
  labelled,
  merged,
  pat,
  run,
  startRead,
  toAwaiting,
  toImplementing,
  toPlanning,
  toReview,
  unlabelled,
} from '../builders.ts';
import { ticket } from '../lifecycle.ts';

const here: Command[] = [
  { name: 'reject-plan', why: 'too broad' },
  { name: 'retry' },
  { name: 'cancel' },
  { name: 'run-ci' },
  { name: 'hold', why: 'wait' },
  { name: 'unhold' },
  { name: 'harness status' },
  { name: 'harness help' },
];
const elsewhere: Command[] = [
  { name: 'answer', question: 1, choice: 'yes' },
  { name: 'accept-recommended' },
  { name: 'override', check: 'evidence', why: 'flaky' },
  { name: 'promote', environment: 'staging' },
  { name: 'rollback', environment: 'staging' },
];

describe('every command', () => {
  test.each(here)('$name: the role is read live, and one below the least is refused', (given) => {
    const ask = command(given);
    const { least } = commandTable[given.name];
    const below = Role.options[Role.options.indexOf(least) - 1] ?? 'none';
    ticket()
      .given(...toAwaiting)
      .when(ask)
      .answered('eyes')
      .then({ facts: [], commands: [{ type: 'ReadAuthority', ask }] })
      .when(authority(ask, below))
      .answered('-1', 'command-needs-role')
      .then({ commands: [] })
      .stage('awaiting_approval');
  });

  test.each(elsewhere)('$name is refused where it does nothing', (given) => {
    ticket()
      .given(...toAwaiting)
      .when(command(given))
      .answered('-1', 'command-not-here')
      .then({ commands: [] });
  });

  test('by a bot is refused without a word', () => {
    ticket()
      .given(...toAwaiting)
      .when(command({ name: 'cancel' }, bo))
      .answered('-1', undefined)
      .then({ commands: [] });
  });

  test('that could not be read is answered to people, once', () => {
    const misread = {
      type: 'CommandMisread',
      text: '/aprove',
      problem: 'there is no such command',
      suggestion: '/approve-plan',
      comment: { id: 3, on: 12, at: at(1) },
      by: ann,
    } as const;
    ticket().when(misread).answered('-1', 'command-misread').then({ commands: [] });
    ticket()
      .when({ ...misread, by: bo })
      .nothing();
  });
});

describe('/reject-plan', () => {
  test('sends the plan back, and /retry tells the agent why and not by whom', () => {
    const spec = ticket()
      .given(...toAwaiting, ...allowed({ name: 'reject-plan', why: 'too broad' }, pat))
      .blocked('plan-rejected', 'plan')
      .given(...allowed({ name: 'retry' }))
      .stage('planning', { run: run(2) });
    expect(spec.command('DispatchRun').feedback).toBe('too broad');
  });

  test('is refused where no plan waits', () => {
    const [ask, may] = allowed({ name: 'reject-plan', why: 'too broad' });
    ticket()
      .given(...toImplementing, ask)
      .when(may)
      .answered('-1', 'nothing-to-approve')
      .stage('implementing');
  });
});

describe('/retry', () => {
  test('makes another plan while one waits, and verifies again in review', () => {
    ticket()
      .given(...toAwaiting, ...allowed({ name: 'retry' }))
      .stage('planning')
      .answered('rocket');
    ticket()
      .given(...toReview, ...allowed({ name: 'retry' }))
      .stage('verifying')
      .answered('rocket');
  });

  test('starts anew from canceled while the label is there, for whoever types it', () => {
    const spec = ticket()
      .given(...toImplementing, ...allowed({ name: 'cancel' }), ...allowed({ name: 'retry' }, pat))
      .stage('checking')
      .then({ commands: [{ type: 'ReadStart', by: pat, covers: 'live' }] })
      .when(startRead({ by: pat, covers: 'live' }))
      .stage('planning');
    expect(spec.state.requester).toEqual(pat);
  });

  test('is refused without the label, while a run goes on, and after the merge', () => {
    const refusedIn = (spec: ReturnType<typeof ticket>) => {
      const [ask, may] = allowed({ name: 'retry' });
      spec.given(ask).when(may).answered('-1', 'nothing-to-retry').then({ commands: [] });
    };
    refusedIn(ticket());
    refusedIn(ticket().given(labelled(), unlabelled()));
    refusedIn(ticket().given(...toPlanning));
    refusedIn(ticket().given(...toImplementing));
    refusedIn(ticket().given(...toReview, merged()));
  });
});

describe('/cancel', () => {
  test('stops the run and takes the approval back', () => {
    ticket()
      .given(...toImplementing, ...allowed({ name: 'cancel' }, pat))
      .stage('canceled', { why: { id: 'canceled-by', data: { by: 'pat' } } })
      .then({ facts: [{}, { type: 'ApprovalRevoked' }, {}], commands: [{ type: 'CancelRun', run: run(2) }] });
  });

  test('is refused where nothing goes on', () => {
    const [ask, may] = allowed({ name: 'cancel' });
    ticket().given(ask).when(may).answered('-1', 'nothing-to-cancel');
  });
});

test('/harness status and help answer, with the least right', () => {
  ticket()
    .given(...toPlanning, ...allowed({ name: 'harness status' }, pat, 'read'))
    .answered('rocket', 'status')
    .stage('planning');
  ticket()
    .given(...allowed({ name: 'harness help' }, pat, 'read'))
    .answered('rocket', 'help');
});

test('thirty comments are remembered, not more', () => {
  const spec = ticket().given(...Array.from({ length: 40 }, () => command({ name: 'harness help' })));
  expect(spec.state.receipts).toHaveLength(30);
});
