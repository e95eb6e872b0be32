// Controls, orders and the audit on the wire: what may be asked, and what is answered.
import { z } from '@hono/zod-openapi';
import { ControlMode, ControlScope, InFlight } from '../facts/control.ts';
import { cursor, limit, next, time, why } from './wire.ts';

/** A repository may be named as people know it, once Gantry has heard of it. */
const AskedScope = z
  .union([ControlScope, z.string().regex(/^repository:[\w.-]{1,100}\/[\w.-]{1,100}$/)], {
    error: 'must be global, repository:<numeric id>, repository:<owner>/<name> or adapter:<name of an agent>',
  })
  .openapi({ type: 'string', example: 'repository:acme/rates' });

export const PauseContent = z
  .strictObject({
    scope: AskedScope,
    mode: ControlMode.default('paused').describe(
      '`paused`: no run is started. `read_only`: beside that nothing is pushed, opened, labelled or merged; checks and comments go on.',
    ),
    inFlight: InFlight.default('drain').describe(
      'What becomes of live runs. `drain`: they end by themselves. `cancel`: their tokens die at once, their tickets are blocked.',
    ),
    why,
    minutes: z
      .int()
      .min(1)
      .max(60 * 24 * 366)
      .optional()
      .describe(
        'It is lifted by itself after that, by the clock of the database. Absent: it stays until it is lifted.',
      ),
  })
  .refine(({ scope, mode }) => mode === 'paused' || !scope.startsWith('adapter:'), {
    path: ['mode'],
    error:
      'an adapter writes nothing to GitHub, so there is nothing that read-only could forbid it: leave `mode` out to start none of its runs, or make `global` or a repository read-only',
  })
  .openapi('Pause');
export const ResumeContent = z.strictObject({ scope: AskedScope, why }).openapi('Resume');
export const CancelContent = z.strictObject({ why }).openapi('Cancel');

export const ControlAnswer = z
  .object({
    id: z.int(),
    scope: z.string(),
    mode: ControlMode,
    inFlight: InFlight,
    source: z.enum(['api', 'comment']).describe('`comment`: /harness pause by an administrator of the repository.'),
    by: z.string().describe('Name of a token, or a login.'),
    why: z.string(),
    at: time,
    until: time.nullable(),
    lifted: z.object({ at: time, by: z.string(), why: z.string() }).nullable(),
  })
  .openapi('Control');
export const PausedAnswer = z
  .object({ control: ControlAnswer, stopped: z.array(z.string()).describe('Runs that were ended by it.') })
  .openapi('Paused');
export const ResumedAnswer = z
  .object({
    lifted: z.array(ControlAnswer),
    standing: z.array(ControlAnswer).describe('What is still in force anywhere.'),
  })
  .openapi('Resumed');
export const ControlPage = z.object({ items: z.array(ControlAnswer), next }).openapi('ControlPage');
export const ControlQuery = z.object({
  state: z.enum(['standing', 'all']).default('standing').describe('`all`: lifted ones too, the whole history.'),
  limit,
  cursor,
});

export const RunCanceled = z.object({ run: z.string(), state: z.literal('canceled') }).openapi('RunCanceled');
export const TicketCanceled = z
  .object({ ticket: z.string().describe('The stream that was told.') })
  .openapi('TicketCanceled');

export const AuditAnswer = z
  .object({
    id: z.int(),
    at: time,
    source: z
      .enum(['api', 'comment', 'expiry', 'run'])
      .describe('`run`: a secret of the control plane was used for the run `who`, from then on.'),
    who: z.string(),
    scope: z
      .string()
      .describe('The scope of the token that allowed it; `comment` or `clock` where there was no token.'),
    action: z.string(),
    target: z.string(),
    why: z.string(),
    request: z.string().nullable().describe('Id of the request (x-request-id of its answer), or the comment.'),
  })
  .openapi('AuditEntry');
export const AuditPage = z.object({ items: z.array(AuditAnswer), next }).openapi('AuditPage');
export const AuditQuery = z.object({ limit, cursor });
