// An administrator pauses or resumes a repository by a comment. Only what was paused by comments is lifted by one.
import type { CommandOf } from '../decide/command.ts';
import { repositoryScope } from '../facts/control.ts';
import { audit } from '../journal/audit.ts';
import { liftControls, setControl, standstillOf } from '../journal/control.ts';
import type { Tx } from '../journal/tables.ts';
import type { Call, Effect } from './contract.ts';

export const changeControl: Effect<'ChangeControl'> = {
  async execute(call, { db }) {
    const { repository, command } = call;
    const change = command.ask.command.name === 'harness resume' ? 'resume' : 'pause';
    const lifted = await db.transaction().execute((tx) => (change === 'pause' ? pause(tx, call) : resume(tx, call)));
    const standstill = await standstillOf(db, { repo: repository.id });
    return { type: 'ControlChanged', ask: command.ask, change, lifted, ...(standstill && { standstill }) };
  },
};

type Change = Call<CommandOf<'ChangeControl'>>;

const audited = (tx: Tx, { command, repository }: Change, action: string, target: string, why: string) => {
  const { by, comment } = command.ask;
  const request = `${repository.owner}/${repository.name}#${comment.on} comment ${comment.id}`;
  return audit(tx, { source: 'comment', who: by.login, scope: 'comment', action, target, why, request });
};

async function pause(tx: Tx, call: Change): Promise<number> {
  const { repository, command, key } = call;
  const { command: typed, by } = command.ask;
  const why = (typed.name === 'harness pause' && typed.why) || 'no reason was given';
  const scope = repositoryScope(repository.id);
  const { control, made } = await setControl(tx, {
    scope,
    mode: 'paused',
    inFlight: 'drain',
    source: 'comment',
    by: by.login,
    why,
    key,
  });
  if (made) await audited(tx, call, 'pause', `control:${control.control} ${scope}`, why);
  return 0;
}

async function resume(tx: Tx, call: Change): Promise<number> {
  const { repository, command } = call;
  const why = 'asked for by a comment';
  const scope = repositoryScope(repository.id);
  const lifted = await liftControls(tx, { scope, source: 'comment', by: command.ask.by.login, why });
  for (const { control } of lifted) await audited(tx, call, 'resume', `control:${control} ${scope}`, why);
  return lifted.length;
}
