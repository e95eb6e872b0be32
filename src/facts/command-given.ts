// The commands people type in comments: one schema and one table row each. Parsing is intake/text/command.ts.
import { z } from 'zod';
import type { Role } from './person.ts';

const why = z.string().min(3, 'say why in a few words').max(1_000, 'keep the reason under 1000 characters');
const environment = z
  .string()
  .regex(/^[A-Za-z0-9][A-Za-z0-9._-]{0,99}$/, 'an environment is one word of letters, digits, ".", "_" and "-"');
const checkName = z
  .string()
  .regex(/^[a-z][a-z0-9/-]{0,59}$/, 'a check is one lower case word, as the policy comment names it');

/** What was typed, checked for form only: who typed it and whether it applies is decided later. */
export const Command = z.discriminatedUnion('name', [
  z.strictObject({
    name: z.literal('approve-plan'),
    /** The whole digest: a prefix could be matched by a second plan made for that purpose. */
    digest: z
      .string()
      .regex(/^[0-9a-f]{64}$/, 'a plan digest has 64 hexadecimal digits: copy it from the policy comment')
      .optional(),
  }),
  z.strictObject({ name: z.literal('reject-plan'), why }),
  z.strictObject({
    name: z.literal('answer'),
    question: z.int().min(1, 'questions are counted from 1').max(999, 'there is no question with that number'),
    choice: z.string().min(1).max(1_000, 'keep the answer under 1000 characters'),
  }),
  z.strictObject({ name: z.literal('accept-recommended') }),
  z.strictObject({ name: z.literal('retry') }),
  z.strictObject({ name: z.literal('cancel') }),
  z.strictObject({ name: z.literal('run-ci') }),
  z.strictObject({
    name: z.literal('verify'),
    sha: z
      .string()
      .regex(
        /^[0-9a-f]{40}([0-9a-f]{24})?$/,
        'give the whole commit id (40 hexadecimal digits): a short one can be forged',
      ),
  }),
  z.strictObject({ name: z.literal('hold'), why: why.optional() }),
  z.strictObject({ name: z.literal('unhold') }),
  z.strictObject({ name: z.literal('override'), check: checkName, why }),
  z.strictObject({ name: z.literal('promote'), environment }),
  z.strictObject({ name: z.literal('rollback'), environment }),
  z.strictObject({ name: z.literal('harness status') }),
  z.strictObject({ name: z.literal('harness help') }),
  z.strictObject({ name: z.literal('harness explain'), check: checkName.optional() }),
  z.strictObject({ name: z.literal('harness pause'), why: why.optional() }),
  z.strictObject({ name: z.literal('harness resume') }),
]);
export type Command = z.infer<typeof Command>;
export type CommandName = Command['name'];

/** How one argument is read: one word, a whole number, or the rest of the line. Only the last may be left out. */
export type Parameter = { key: string; shown: string; reads: 'word' | 'number' | 'rest'; optional?: true };

/**
 * `least`: the weakest live repository role that may type it (trust.md 15). More may be asked for where it is decided,
 * for example named approvers. The rule behind the numbers: to stop something needs less than to start it.
 */
export type CommandRow = { least: Exclude<Role, 'none'>; parameters: readonly Parameter[]; does: string };

const word = (key: string, shown = key): Parameter => ({ key, shown, reads: 'word' });
const rest = (key: string): Parameter => ({ key, shown: key, reads: 'rest' });
const maybe = (parameter: Parameter): Parameter => ({ ...parameter, optional: true });

export const commandTable: Record<CommandName, CommandRow> = {
  'approve-plan': {
    least: 'write',
    parameters: [maybe(word('digest'))],
    does: 'Approve the plan as it stands now, or by policy that one is made.',
  },
  'reject-plan': { least: 'write', parameters: [rest('why')], does: 'Send the plan back with a reason.' },
  answer: {
    least: 'write',
    parameters: [{ key: 'question', shown: 'n', reads: 'number' }, rest('choice')],
    does: 'Answer an open question of the plan.',
  },
  'accept-recommended': { least: 'write', parameters: [], does: 'Answer every open question as recommended.' },
  retry: { least: 'write', parameters: [], does: 'Try again after a stop.' },
  cancel: { least: 'write', parameters: [], does: 'Stop the work on this item.' },
  'run-ci': {
    least: 'write',
    parameters: [],
    does: "Push the verified tree although the repository's workflows will run.",
  },
  verify: { least: 'write', parameters: [word('sha')], does: 'Run the verification layers on a commit from a fork.' },
  hold: { least: 'triage', parameters: [maybe(rest('why'))], does: 'Stop everything on this item until `/unhold`.' },
  unhold: { least: 'write', parameters: [], does: 'Lift a hold.' },
  override: {
    least: 'maintain',
    parameters: [word('check'), rest('why')],
    does: 'Let one failed check pass for this head.',
  },
  promote: {
    least: 'maintain',
    parameters: [word('environment', 'env')],
    does: 'Promote the rollout to an environment.',
  },
  rollback: { least: 'write', parameters: [word('environment', 'env')], does: 'Roll an environment back.' },
  'harness status': { least: 'read', parameters: [], does: 'Say where this item stands.' },
  'harness help': { least: 'read', parameters: [], does: 'List the commands.' },
  'harness explain': {
    least: 'read',
    parameters: [maybe(word('check'))],
    does: 'Explain the verdict and how to reproduce it.',
  },
  'harness pause': { least: 'admin', parameters: [maybe(rest('why'))], does: 'Start nothing new in this repository.' },
  'harness resume': { least: 'admin', parameters: [], does: 'Start work in this repository again.' },
};

/** How the command is typed: `/override <check> <why>`. */
export const usage = (name: CommandName): string =>
  [
    `/${name}`,
    ...commandTable[name].parameters.map(({ shown, optional }) => (optional ? `[${shown}]` : `<${shown}>`)),
  ].join(' ');
