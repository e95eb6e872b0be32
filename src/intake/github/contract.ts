// The shape of an intake file: one webhook event in, facts out. Nothing deeper ever sees a GitHub payload.
import { z } from 'zod';
import type { Fact } from '../../facts/fact.ts';
import type { Actor } from '../../facts/person.ts';
import type { Repository } from '../../facts/repository.ts';
import type { StreamId } from '../../facts/stream.ts';

/** Who we are, to tell our own pull requests from others. */
export type Self = { botId: number };

/**
 * `open`: the event names no item, so it is told to every open one of the repository. `head`: to every pull request with that
 * head. `look`: pull requests that we never heard of may be there.
 */
export type Heard =
  | { to: 'stream'; stream: StreamId; repository: Repository; key: string; fact: Fact }
  | { to: 'open'; repository: Repository; key: string; fact: Extract<Fact, { type: 'BaseMoved' | 'MembersChanged' }> }
  | { to: 'head'; sha: string; repository: Repository; key: string; fact: Extract<Fact, { type: 'CheckRerequested' }> }
  | { to: 'look'; installation: number };

export type Intake = {
  event: string;
  /** Actions that mean something to us; absent where the event has none. */
  actions?: readonly string[];
  /** Throws a ZodError for a payload that is not what GitHub documents. */
  translate(payload: unknown, self: Self): Heard[];
};

/** Only what is needed of a payload is read: GitHub adds fields at any time. */
export const Account = z.object({ id: z.int(), login: z.string(), type: z.string().optional() });

export const actorOf = ({ id, login, type }: z.infer<typeof Account>): Actor => ({
  id,
  login,
  kind: type === 'User' ? 'person' : 'bot',
});

export const Envelope = z.object({
  action: z.string().optional(),
  installation: z.object({ id: z.int() }),
  repository: z.object({
    id: z.int(),
    name: z.string(),
    owner: z.object({ login: z.string() }),
    default_branch: z.string().optional(),
  }),
  sender: Account,
});

export const repositoryOf = ({ installation, repository }: z.infer<typeof Envelope>): Repository => ({
  installation: installation.id,
  id: repository.id,
  owner: repository.owner.login,
  name: repository.name,
});
