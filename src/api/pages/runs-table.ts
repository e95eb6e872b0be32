// The runs of a ticket: where each ran, how it ended, what it used, and the evidence it left.
import type { z } from 'zod';
import { Progress } from '../../intake/runner/wire.ts';
import { phaseNamePlainly } from '../../render/phase.ts';
import { grouped } from '../../render/text.ts';
import type { RunItem } from '../read/runs.ts';
import { type Html, html } from './html.ts';
import { onGitHub, span, table, tag } from './parts.ts';
import { outcomeWhy, outcomeWord } from './said.ts';
import type { TicketView } from './ticket-page.ts';

type Shown = Pick<TicketView, 'runs' | 'evidence' | 'server' | 'now'>;

export const runsTable = (view: Shown): Html =>
  table(
    ['Stage', 'Outcome', 'Run', 'Took', 'Tokens', 'Evidence'],
    view.runs.map((run) => cells(run, view)),
  );

function cells(run: RunItem, { evidence, server, now }: Shown): (Html | string)[] {
  const { id, stage, phase, agent, workflowRun, repository, createdAt, claimedAt, finishedAt, usage } = run;
  const digest = evidence.get(id);
  return [
    html`<strong>${stage}</strong>${phase ? html`<br><span class="small">${phaseNamePlainly(phase)}</span>` : ''}${stage === 'verify' ? '' : html`<br><span class="soft small">${agent.name}${agent.model ? ` ${agent.model}` : ''}</span>`}`,
    outcome(run, now),
    workflowRun === undefined
      ? html`<code>${id}</code>`
      : onGitHub(server, repository, `/actions/runs/${workflowRun}`, html`<code>${id}</code>`),
    html`<span class="num" title="asked for ${createdAt.toISOString()}">${span((finishedAt ?? now).getTime() - (claimedAt ?? createdAt).getTime())}</span>`,
    usage.calls === 0
      ? ''
      : html`<span class="num" title="${usage.calls} model calls">${grouped(usage.inputTokens + usage.outputTokens)}</span>`,
    digest === undefined ? '' : html`<a href="/artifacts/${digest}">JSON</a>`,
  ];
}

function outcome({ outcome: ended, state, cancel, progress, heartbeatAt }: RunItem, now: Date): Html {
  if (ended) {
    const { word, tone } = outcomeWord(ended);
    const why = outcomeWhy(ended);
    return html`${tag(tone, word)}${why ? html`<br><span class="small">${why}</span>` : ''}`;
  }
  if (state === 'queued') return tag('', 'waits for a runner');
  return html`${tag('', cancel === undefined ? 'running' : 'asked to stop')}<br><span class="small soft">${doing(progress, now)}${heartbeatAt ? ` Last heard of ${span(now.getTime() - heartbeatAt.getTime())} ago.` : ''}</span>`;
}

const steps: Readonly<Record<z.infer<typeof Progress>['step'], string>> = {
  provision: 'Preparing the checkout.',
  install: 'Installing the agent.',
  agent: 'The agent works.',
  collect: 'Collecting the work.',
  layers: 'Running the layers.',
  upload: 'Handing in.',
};

/** A runner tells its progress; what cannot be read is not shown. */
function doing(progress: unknown, now: Date): string {
  const read = Progress.safeParse(progress);
  if (!read.success) return '';
  const { step, layer, commands, modelCalls, lastActivity } = read.data;
  const since = lastActivity === null ? '' : ` Last activity ${span(now.getTime() - Date.parse(lastActivity))} ago.`;
  return `${layer ? `Running the layer ${layer}.` : steps[step]} ${commands} commands, ${modelCalls} model calls.${since}`;
}
