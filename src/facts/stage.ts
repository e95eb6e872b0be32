// Where a ticket stands. The transition table in docs/spec/ticket.md is generated from decide/ticket/transitions.ts.
import { z } from 'zod';
import { Message } from './message.ts';
import { Phase } from './plan.ts';
import { Subject } from './run.ts';
import { Signal } from './signal.ts';
import { Verdict } from './verdict.ts';

/** Where a blocked ticket goes on after /retry or /unhold, and a retrying one by itself. */
export const ResumePoint = z.enum(['start', 'plan', 'publish_plan', 'implement', 'verify', 'publish']);
export type ResumePoint = z.infer<typeof ResumePoint>;

const stage = <const Name extends string, Shape extends z.core.$ZodLooseShape>(name: Name, shape: Shape) =>
  z.strictObject({ name: z.literal(name), ...shape });

/** What asked for the run. Facts that were recorded before it was kept lack it. */
const signal = Signal.optional();
/** Of a plan with several: the one that the run is about. */
const phase = Phase.optional();

export const TicketStage = z.discriminatedUnion('name', [
  stage('idle', { notice: Message.optional() }),
  stage('checking', {}),
  stage('not_ready', { verdict: Verdict }),
  stage('awaiting_start', {}),
  stage('planning', { run: z.string(), signal }),
  stage('publishing_plan', { run: z.string(), waitsFor: z.array(z.string()).optional() }),
  stage('awaiting_approval', {}),
  stage('implementing', { run: z.string(), signal, phase }),
  stage('verifying', { run: z.string(), subject: Subject, signal, phase }),
  stage('publishing', { run: z.string(), waitsFor: z.array(z.string()).optional() }),
  /** `phase` is on the branch: what the next one rests on is read again before it begins. */
  stage('between_phases', { phase: Phase }),
  stage('in_review', {}),
  stage('merged', { sha: z.string() }),
  /** Something failed that passes by itself: it goes on at `at` (ISO 8601), the `n`-th of `of` tries. */
  stage('retrying', { why: z.string(), resume: ResumePoint, at: z.string(), n: z.int(), of: z.int() }),
  stage('blocked', { why: Message, resume: ResumePoint }),
  stage('canceled', { why: Message }),
]);
export type TicketStage = z.infer<typeof TicketStage>;
export type StageName = TicketStage['name'];
