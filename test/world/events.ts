// One ordered queue for everything that happens: emulate's events and our own go through it, so what is told later
// (a push before its `synchronize`) never overtakes. Heads of pull requests move at once, inside the dispatch.
import { AsyncLocalStorage } from 'node:async_hooks';
import type { Complete } from './complete.ts';
import type { Cause, Core, JsonObject } from './contract.ts';
import type { Calls, Identity } from './core.ts';
import type { DispatchListener, Emulate } from './door.ts';
import type { Office } from './office.ts';
import type { Moved } from './pulls.ts';

export const ZERO_SHA = '0'.repeat(40);

export type Events = Pick<Core, 'next' | 'announce' | 'personJson'> & { idle(): Promise<void> };

export interface EventDeps extends Identity, Calls {
  emulate: Emulate;
  office: Office;
  complete: Complete;
  errors: unknown[];
}

export function createEvents(deps: EventDeps): Events {
  const { office, complete, errors } = deps;
  const inside = new AsyncLocalStorage<true>();
  let work: Promise<void> = Promise.resolve();

  const next: Events['next'] = (step) => {
    if (inside.getStore()) return Promise.resolve(step());
    work = work.then(() => inside.run(true, step)).catch((error: unknown) => void errors.push(error));
    return work;
  };
  const personJson = async (cause: Cause): Promise<JsonObject> => {
    const login = deps.userOf(cause)?.login ?? cause.login ?? '';
    return (await deps.as(deps.adminToken, 'GET', `/users/${encodeURIComponent(login)}`)).json;
  };
  return {
    next,
    personJson,
    announce: (event, action, payload, full, cause) =>
      next(async () => {
        const sender = await personJson(cause);
        const repository = (await deps.as(deps.adminToken, 'GET', `/repos/${full}`)).json;
        const about = { ...(action === undefined ? {} : { action }), ...payload, repository, sender };
        office.post(event, action, complete(event, action, about, full), full.split('/')[0] ?? '');
      }),
    async idle() {
      for (let was: Promise<void> | undefined; was !== work; ) {
        was = work;
        await was;
      }
    },
  };
}

export interface DispatchTargets {
  emulate: Emulate;
  office: Office;
  complete: Complete;
  events: Events;
  /** At once: open pull requests of the branch follow. */
  branchMoved(full: string, ref: string, after: string): Moved[];
  /** Later: the push webhook, then `synchronize` of what moved. */
  pushed(push: {
    full: string;
    ref: string;
    before: string;
    after: string;
    cause: Cause;
    moved: Moved[];
  }): Promise<void>;
  /** After a check or a review: auto-merge may go on. */
  unblocked(full: string): Promise<void>;
}

/** Inside it, changes are told to nobody: the world is being furnished. */
const unheard = new AsyncLocalStorage<true>();
export const quietly = <T>(work: () => Promise<T>): Promise<T> => unheard.run(true, work);

/** emulate tells every change here, synchronously. */
export function createDispatch(targets: () => DispatchTargets | undefined): DispatchListener {
  return (event, action, payload, owner, repoName) => {
    const to = targets();
    if (!to || unheard.getStore()) return;
    const { emulate } = to;
    const full = repoName === undefined ? undefined : `${owner}/${repoName}`;
    if (full !== undefined && (event === 'push' || event === 'create')) {
      const ref = String(payload.ref);
      const repoId = (payload.repository as { id: number }).id;
      const known = emulate.find('refs', (r) => r.ref === ref && r.repo_id === repoId)?.sha;
      const after = typeof payload.after === 'string' ? payload.after : (known ?? ZERO_SHA);
      const before = typeof payload.before === 'string' ? payload.before : ZERO_SHA;
      const cause = { login: (payload.sender as { login: string }).login };
      const moved = to.branchMoved(full, ref, after);
      const done = to.events.next(() => to.pushed({ full, ref, before, after, cause, moved }));
      if (event === 'push') return done;
    }
    const told = asPullEvent(emulate, event, payload);
    const letter = to.complete(told.event, action, told.payload, full); // a snapshot of now, not of when it is sent
    return to.events.next(async () => {
      to.office.post(told.event, action, letter, owner);
      const decides = told.event === 'check_run' || told.event === 'pull_request_review';
      if (full !== undefined && decides && action !== 'created') await to.unblocked(full);
    });
  };
}

/** emulate reports a labelled pull request as an issue. */
function asPullEvent(emulate: Emulate, event: string, payload: JsonObject): { event: string; payload: JsonObject } {
  const issue = payload.issue as { number: number } | undefined;
  if (event !== 'issues' || !issue) return { event, payload };
  const repoId = (payload.repository as { id: number }).id;
  const pull = emulate.find('pull_requests', (p) => p.repo_id === repoId && p.number === issue.number);
  if (!pull) return { event, payload };
  const { issue: pull_request, ...rest } = payload;
  return { event: 'pull_request', payload: { ...rest, number: issue.number, pull_request } };
}
