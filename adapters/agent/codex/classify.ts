// codex ends a refused task like a finished one, only without a message.
import type { AgentOutcome, ProcessEnd } from '../contract.ts';
import { classifyEnd } from '../outcome.ts';

export function classifyCodex(end: ProcessEnd): AgentOutcome {
  const outcome = classifyEnd(end);
  if (outcome.kind !== 'completed' || outcome.message !== null) return outcome;
  return {
    kind: 'failed',
    class: 'agent_refused',
    why: 'The agent ended without a word, which is how codex reports that the model declined.',
  };
}
