// What the gateway saw of a run, asked for once the agent has ended. The gateway notes a call a little after its last byte.
import { setTimeout as delay } from 'node:timers/promises';
import type { GatewayTruth } from '../../../adapters/agent/contract.ts';
import { Retryable } from '../../errors.ts';
import type { Usage } from '../../facts/run.ts';
import type { RunSession } from '../control-plane.ts';
import type { JobLog } from '../job-log.ts';
import type { Relay } from './relay.ts';

/** `usage`: as the control plane has it; absent where it could not be asked. */
type Told = GatewayTruth & { usage?: Usage | undefined };

type From = { session: Pick<RunSession, 'truth'>; log: Pick<JobLog, 'line'> };

const attempts = 6;
const waitMs = 250;

/** The gateway tells of this many calls at most. */
const toldCalls = 200;

/** The relay's view is the last resort: it knows statuses, but not why. */
export async function gatewayTruth({ session, log }: From, relay: Pick<Relay, 'calls' | 'seen'>): Promise<Told> {
  const expected = Math.min(relay.calls(), toldCalls);
  try {
    for (let attempt = 1; ; attempt++) {
      const truth = await session.truth();
      if (truth === null) return relay.seen();
      if (truth.calls.length >= expected) return truth;
      // A call that never reached the gateway is missing for good; one that all are missing from is not believed.
      if (attempt >= attempts) return truth.calls.length > 0 ? truth : { ...relay.seen(), spent: truth.spent };
      await delay(waitMs);
    }
  } catch (error) {
    if (!(error instanceof Retryable)) throw error;
    log.line(`The gateway's account of the run could not be read: ${error.message}`);
    return relay.seen();
  }
}
