// What helps after a failure, by its class: the last sentence of a stopped ticket, and the hint of a dead letter.
import { FailureClass } from '../../facts/run.ts';

export const remedyOf: Readonly<Record<FailureClass, string>> = {
  infrastructure: 'The runner or its network is at fault. Type `/retry` to try again.',
  throttled: 'The model provider asked for a pause. Type `/retry` in some minutes.',
  quota_exhausted: 'The model provider’s quota is spent. Raise it, then type `/retry`.',
  unaccounted:
    'Budgets cannot hold over calls that nobody can account for. An operator of Gantry checks the provider, or its address, then type `/retry`.',
  auth: 'A credential was refused. An operator of Gantry checks the model key, then type `/retry`.',
  agent_refused: 'The agent declined the task. Reword the issue, then type `/retry`.',
  agent_failed: 'The agent did not get through. Type `/retry` to try again; a smaller or clearer issue helps.',
  verification_failed: 'Type `/retry`: the agent is told what failed.',
  policy_blocked: 'The policy forbids what was tried. Change the issue or `.github/harness.yml`, then type `/retry`.',
  user_error: 'Correct what it names, then type `/retry`.',
  bug: 'This is a fault of Gantry. Please report it with the run’s id; `/retry` may still help.',
};

/** For a class as it stands in a message's data, which may be of another version. */
export const remedyFor = (name: string | undefined): string => {
  const known = FailureClass.safeParse(name);
  return known.success ? remedyOf[known.data] : 'Type `/retry` to try again.';
};
