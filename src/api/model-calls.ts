// Model calls of runs whose token was checked: which models a run may ask, out of which budget, and until when.
import type { Logger } from 'pino';
import type { AgentAdapter, AgentChoice } from '../../adapters/agent/contract.ts';
import type { Tracer } from '../../adapters/tracer/contract.ts';
import type { AgentName } from '../facts/policy.ts';
import { createGateway } from '../gateway/gateway.ts';
import { createJournalMeter } from '../gateway/journal-meter.ts';
import type { Provider } from '../gateway/provider.ts';
import { createRevocation } from '../gateway/revocation.ts';
import { createTranscript } from '../gateway/transcript.ts';
import { unaccounted } from '../gateway/unaccounted.ts';
import { aboutRun } from '../journal/about-run.ts';
import { hasCost } from '../journal/budget-rule.ts';
import type { Journal } from '../journal/database.ts';
import type { RunRow } from '../journal/lease.ts';
import { addToTranscript } from '../journal/transcript.ts';

export type ModelCalls = (request: Request, run: RunRow) => Promise<Response>;

export type ModelCallsOptions = {
  journal: Pick<Journal, 'db' | 'enqueue'>;
  agents: Readonly<Record<AgentName, Pick<AgentAdapter, 'describe'>>>;
  providers: readonly Provider[];
  tracer: Pick<Tracer, 'within'>;
  log: Logger;
};

export function createModelCalls({ journal, agents, providers, tracer, log }: ModelCallsOptions): ModelCalls {
  const gateway = createGateway({
    providers,
    meter: createJournalMeter(journal.db, journal.enqueue),
    transcript: createTranscript(
      (run, line) => addToTranscript(journal.db, run, line),
      (run, error) => log.error({ run_id: run, err: error }, 'a model call is missing in the transcript'),
    ),
    log: {
      call: (run, call) => {
        log.info({ run_id: run, call }, 'model call');
        if (unaccounted(call))
          log.error({ alert: 'unaccounted', run_id: run, call }, 'what a model call used or costs is not known');
      },
      unsettled: (run, call, error) =>
        log.error({ run_id: run, call, err: error }, 'a model call could not be settled'),
    },
  });
  const revoked = createRevocation(journal.db, (error) => log.error({ err: error }, 'a run could not be looked at'));
  return (request, run) => {
    const { agent, budget } = run.assignment;
    const identity = {
      run: run.id,
      models: modelsOf(agents[agent.name], agent),
      named: { model: agent.model ?? agents[agent.name].describe(agent).defaultModel, price: agent.price },
      costLimited: hasCost(budget),
      revoked: revoked(run.id),
    };
    return tracer.within(aboutRun(run), () => gateway.fetch(request, identity));
  };
}

/** Agents make small side calls (titles, summaries) with models of their own. */
function modelsOf(adapter: Pick<AgentAdapter, 'describe'>, agent: AgentChoice): string[] {
  const { defaultModel, sideModels } = adapter.describe(agent);
  return [agent.model ?? defaultModel, ...sideModels];
}
