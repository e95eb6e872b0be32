// Controls: how operators keep Gantry still, and which of several counts. Nothing that a repository says has a say in it.
import { z } from 'zod';
import { CommandGiven } from './comment.ts';
import { AgentName } from './policy.ts';

/** Everything, one repository by its numeric id, or the runs of one agent. */
export const ControlScope = z
  .string()
  .regex(
    new RegExp(`^(global|repository:[1-9]\\d{0,14}|adapter:(${AgentName.options.join('|')}))$`),
    `must be global, repository:<numeric id> or adapter:<${AgentName.options.join('|')}>`,
  );
export type ControlScope = z.infer<typeof ControlScope>;
export const repositoryScope = (id: number): ControlScope => `repository:${id}`;

/**
 * Laxest first. `paused`: no run is started. `read_only`: beside that nothing is pushed, opened, changed or merged; check runs,
 * comments and cancelling go on.
 */
export const ControlMode = z.enum(['paused', 'read_only']);
export type ControlMode = z.infer<typeof ControlMode>;

/** What becomes of the runs that are live when it is set: they end by themselves, or are ended. */
export const InFlight = z.enum(['drain', 'cancel']);
export type InFlight = z.infer<typeof InFlight>;

/** A control that is in force, as it is shown to people. `by` is a token's name or a login; absent `until`: until it is lifted. */
export const Standstill = z.strictObject({
  control: z.int(),
  scope: ControlScope,
  mode: ControlMode,
  /** `comment`: /harness resume lifts it; `api`: only an operator. */
  source: z.enum(['api', 'comment']),
  by: z.string(),
  why: z.string(),
  until: z.string().optional(),
});
export type Standstill = z.infer<typeof Standstill>;

/** The answer to a comment that pauses or resumes its repository; `standstill`: what keeps it still after that. */
export const ControlChanged = z.strictObject({
  type: z.literal('ControlChanged'),
  ask: CommandGiven,
  change: z.enum(['pause', 'resume']),
  /** How many controls were lifted. */
  lifted: z.int(),
  standstill: Standstill.optional(),
});
export type ControlChanged = z.infer<typeof ControlChanged>;

/** `agent` absent: the question is not about a run, and controls of agents do not concern it. */
export type Concerned = { repo: number; agent?: string | undefined };

export const concerns = (scope: ControlScope, { repo, agent }: Concerned): boolean =>
  scope === 'global' || scope === repositoryScope(repo) || (agent !== undefined && scope === `adapter:${agent}`);

/** The strictest of all that concern it; of equally strict ones the one that lasts longest, then the oldest. */
export function strictest(controls: readonly Standstill[], about: Concerned): Standstill | undefined {
  return controls.filter(({ scope }) => concerns(scope, about)).toSorted(byStrictness)[0];
}

const byStrictness = (one: Standstill, other: Standstill): number =>
  ControlMode.options.indexOf(other.mode) - ControlMode.options.indexOf(one.mode) ||
  endOf(other) - endOf(one) ||
  one.control - other.control;

/** Not Infinity: the difference of two would be no number. */
const endOf = ({ until }: Standstill): number => (until === undefined ? Number.MAX_SAFE_INTEGER : Date.parse(until));

/** What is to be done outside: nothing that starts or changes work, starting a run, or changing what people work on. */
export type Doing = 'protective' | 'start' | 'change';

export const isForbidden = (doing: Doing, standstill: Standstill | undefined): boolean =>
  standstill !== undefined && (doing === 'start' || (doing === 'change' && standstill.mode === 'read_only'));
