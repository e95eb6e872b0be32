// The scripted agent, which can be told to think for ever: what is said meanwhile comes while its run is under way.
import type { Script } from '../model/script.ts';
import { fixtureWork, scriptedAgent, stageOf, type Work } from '../scene/scripted-agent.ts';
import { until } from '../scene/until.ts';

type AgentStage = 'plan' | 'implement';

export type SlowAgent = {
  /** What it writes; scenarios change it. */
  work: Work;
  /** Stages in which it does not answer. */
  thinks: Set<AgentStage>;
  script: Script;
  /** Waits until it was asked in this stage once more. */
  asked(stage: AgentStage): Promise<void>;
};

export function slowAgent(...thinks: AgentStage[]): SlowAgent {
  const work = fixtureWork();
  const stages = new Set(thinks);
  const heard: AgentStage[] = [];
  const write = scriptedAgent(
    () => work,
    (stage) => (stages.has(stage) ? { hang: true } : undefined),
  );
  return {
    work,
    thinks: stages,
    script(view) {
      heard.push(stageOf(view.prompt));
      return write(view);
    },
    async asked(stage) {
      await until(`the agent to be asked to ${stage}`, () => heard.includes(stage));
      heard.splice(0);
    },
  };
}
