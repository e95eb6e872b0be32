// The facts of a ticket as sentences of its timeline.
import { standstillMessage } from '../../decide/control-answer.ts';
import { triesAgain } from '../../decide/ticket/report.ts';
import { amountOf, type BudgetUse } from '../../facts/budget.ts';
import type { usage } from '../../facts/command-given.ts';
import type { TicketStage } from '../../facts/stage.ts';
import type { TicketFact } from '../../facts/ticket.ts';
import { phaseNamePlainly } from '../../render/phase.ts';
import { grouped, plain } from '../../render/text.ts';
import { verdictSentence } from '../../render/verdict.ts';
import { html } from './html.ts';
import { inlineMarkdown } from './markdown.ts';
import { inWords, nameOf, outcomeWhy, outcomeWord, type Said, short, type Tone, type Words } from './said.ts';
import { stageTitle, stageTone } from './stage-words.ts';

const usedOf = ({ budget, limit, used }: BudgetUse) => `${amountOf(budget, used)} of ${amountOf(budget, limit)}`;
const code = (text: string) => html`<code>${text}</code>`;
const said = (tone: Tone, what: Said['what'], more: Omit<Said, 'tone' | 'what'> = {}): Said => ({
  tone,
  what,
  ...more,
});

export const compacted: Said = said('', 'Kept as its final state', {
  why: 'Nothing had happened here for a long time. Of what came before, the kinds and times of facts are kept.',
});

function stageEntered(stage: TicketStage): Said {
  const why =
    stage.name === 'blocked' || stage.name === 'canceled'
      ? inWords(stage.why)
      : stage.name === 'retrying'
        ? inWords(triesAgain(stage))
        : stage.name === 'not_ready'
          ? html`<ul>${(stage.verdict.children ?? [stage.verdict]).map((one) => html`<li>${inlineMarkdown(verdictSentence(one))}</li>`)}</ul>`
          : stage.name === 'idle' && stage.notice
            ? inWords(stage.notice)
            : 'run' in stage
              ? html`run ${code(stage.run)}${'phase' in stage && stage.phase ? html`, ${phaseNamePlainly(stage.phase)}` : ''}`
              : stage.name === 'merged'
                ? html`as ${code(short(stage.sha))}`
                : undefined;
  return said(stageTone(stage.name) || 'key', html`<strong>${stageTitle(stage.name)}</strong>`, { why });
}

export const ticketWords: Words<TicketFact> = {
  IssueLabeled: ({ label, by }) => said('', html`Label ${code(label)} set`, { who: nameOf(by) }),
  IssueUnlabeled: ({ label, by }) => said('', html`Label ${code(label)} removed`, { who: nameOf(by) }),
  IssueEdited: ({ by }) => said('', 'Issue edited', { who: nameOf(by) }),
  IssueClosed: ({ by }) => said('', 'Issue closed', { who: nameOf(by) }),
  IssueReopened: ({ by }) => said('', 'Issue reopened', { who: nameOf(by) }),
  CommandGiven: ({ command, by, viaApp }) =>
    said('', html`Typed ${code(typed(command))}`, { who: nameOf(by), why: viaApp ? 'through an app' : undefined }),
  CommandMisread: ({ text, problem, by }) =>
    said('', html`Typed ${code(text)}, which is not a command`, { who: nameOf(by), why: problem }),
  CommentChanged: ({ how, by }) => said('', `A comment was ${how}`, { who: nameOf(by) }),
  BaseMoved: undefined,
  MembersChanged: undefined,
  Compacted: () => compacted,
  HeadMoved: ({ sha, by }) => said('', html`Branch is at ${code(short(sha))}`, { who: nameOf(by) }),
  PullClosed: ({ merged, by }) =>
    said('', merged ? 'Pull request merged' : 'Pull request closed without a merge', { who: by && nameOf(by) }),
  PullReopened: ({ by }) => said('', 'Pull request opened again', { who: nameOf(by) }),
  PullRetargeted: ({ base }) => said('wait', html`Pull request now goes to ${code(base)}`),
  StandstillChanged: ({ standstill }) =>
    standstill
      ? said('wait', 'Kept still', { why: inWords(standstillMessage(standstill)) })
      : said('', 'Nothing keeps it still any more'),
  TicketStopped: ({ by, why }) => said('bad', 'Stopped by an operator', { who: by, why }),
  Woken: undefined,
  PriorityChanged: ({ label, by }) => said('', html`Priority changed by ${code(label)}`, { who: nameOf(by) }),
  SlotOffered: ({ run }) => said('', html`A slot is free for run ${code(run)}`),
  RunUnseen: ({ run }) => said('wait', html`Run ${code(run)} is not on GitHub and is asked for again`),
  RunStray: ({ workflowRun }) => said('', html`Workflow run ${code(String(workflowRun))} is nobody’s and is stopped`),
  FactSetAside: ({ of }) => said('bad', html`${code(of)} could not be read and was set aside`),
  FactTakenBack: ({ how, by }) => said('', how === 'replayed' ? 'Read again' : 'Left aside', { who: by }),
  Replayed: ({ what, by }) => said('', html`${code(what)} asked for again`, { who: by }),
  RunClaimed: ({ run }) => said('', html`A runner took run ${code(run)}`),
  RunFinished: ({ run, submission, usage: used }) => {
    const { word, tone } = outcomeWord(submission.outcome);
    const tokens =
      used.calls === 0
        ? ''
        : `${grouped(used.calls)} model ${used.calls === 1 ? 'call' : 'calls'}, ${grouped(used.inputTokens + used.outputTokens)} tokens`;
    return said(tone, html`Run ${code(run)}: ${word}`, { why: outcomeWhy(submission.outcome) ?? tokens });
  },
  RunStopped: ({ run, by, why }) => said('bad', html`Run ${code(run)} stopped by an operator`, { who: by, why }),
  RunLost: ({ run, outcome }) =>
    said('bad', html`Run ${code(run)} was lost: ${outcomeWord(outcome).word}`, { why: outcomeWhy(outcome) }),
  BudgetNearlySpent: ({ use }) =>
    said('wait', html`Budget ${code(`budgets.${use.budget}`)} nearly used up`, { why: usedOf(use) }),
  BudgetExceeded: ({ run, use }) =>
    said('bad', html`Budget ${code(`budgets.${use.budget}`)} used up by run ${code(run)}`, { why: usedOf(use) }),
  StartRead: ({ by, role }) => said('', `Issue, policy and permissions read: ${nameOf(by)} has ${role} permission`),
  AuthorityRead: undefined,
  LabelAuthorityRead: undefined,
  ApprovalRead: ({ ask, role }) => said('', `Approval read again: ${nameOf(ask.by)} has ${role} permission`),
  StartApprovalRead: ({ ask, role }) => said('', `Approval read again: ${nameOf(ask.by)} has ${role} permission`),
  RunDispatched: ({ run, stage, signal }) =>
    said('', html`Run ${code(run)} dispatched to ${stage}`, { why: signal && inWords(signal.why) }),
  DispatchDeferred: ({ why }) => said('wait', 'Start put off', { why: inWords(why) }),
  DispatchRefused: ({ why }) => said('bad', 'Start refused', { why: inWords(why) }),
  RunCancelRequested: ({ run, end }) =>
    end === 'not_observed'
      ? said('bad', html`Run ${code(run)} was asked to stop, and GitHub still shows it at work`, {
          why: 'its token and its way to the model are dead; look at its runner',
        })
      : said(
          '',
          html`Run ${code(run)} ${end === 'observed' ? 'was stopped and its workflow run has ended' : 'asked to stop'}`,
        ),
  ControlChanged: ({ ask, change }) =>
    said('wait', change === 'pause' ? 'Repository paused' : 'Repository resumed', { who: nameOf(ask.by) }),
  BundleInspected: ({ run, files }) =>
    said('', html`Work of run ${code(run)} inspected: ${files} ${files === 1 ? 'file' : 'files'}`),
  BundleRefused: ({ run, why }) => said('bad', html`Work of run ${code(run)} refused`, { why: inWords(why) }),
  TreePushed: ({ stage, branch, sha }) =>
    said('', html`${stage === 'plan' ? 'Plan' : 'Verified work'} pushed to ${code(branch)} as ${code(short(sha))}`),
  PushWaits: ({ workflows }) =>
    said('wait', 'Push waits for a person', { why: `it would start ${workflows.join(', ')}` }),
  PlanRead: ({ approvalHolds, why }) =>
    approvalHolds ? undefined : said('', 'Plan read again', { why: why && inWords(why) }),
  PullOpened: ({ pull, draft }) => said('key', `Pull request #${pull} opened${draft ? ' as a draft' : ''}`),
  GaveUp: ({ command, why }) => said('bad', html`Gave up on ${code(command)}`, { why }),
  TicketStarted: ({ by }) => said('key', html`<strong>Work started</strong>`, { who: nameOf(by) }),
  StageEntered: ({ stage }) => stageEntered(stage),
  GateJudged: ({ stage, approvals, why, waived }) =>
    said(
      '',
      waived === undefined
        ? `${stage === 'start' ? 'Making a plan' : 'Plan'} asks for ${approvals} approval${approvals === 1 ? '' : 's'}`
        : 'Plan asks for no approval',
      {
        why: waived ?? (why.length > 0 ? why.join(', ') : undefined),
      },
    ),
  StartConsented: ({ consent }) => said('good', 'Approved that a plan is made', { who: nameOf(consent.by) }),
  PlanConsented: ({ approval }) =>
    said('good', 'Plan approved, more approvals are asked for', { who: nameOf(approval.by) }),
  PlanApproved: ({ approval }) =>
    said('good', html`<strong>Plan approved</strong>`, {
      who: nameOf(approval.by),
      why: html`bound to plan ${code(short(approval.planDigest))}`,
    }),
  ApprovalRevoked: ({ why }) => said('bad', html`<strong>Approval revoked</strong>`, { why: inWords(why) }),
  PhaseCompleted: ({ phase, sha }) =>
    said('good', html`<strong>Phase ${phase.n} of ${phase.of} done</strong>: ${plain(phase.title, 100)}`, {
      why: html`verified, on the branch as ${code(short(sha))}`,
    }),
  Held: ({ by, why }) => said('wait', 'Put on hold', { who: nameOf(by), why }),
  Unheld: ({ by }) => said('', 'Hold lifted', { who: nameOf(by) }),
  HoldRestored: ({ by }) =>
    said('wait', html`Hold restored: it was lifted by someone who may not`, { who: nameOf(by) }),
  CommentAnswered: ({ receipt }) => answered(receipt),
};

export function answered({
  reaction,
  reply,
}: {
  reaction: string;
  reply?: { id: string; data: Record<string, string> } | undefined;
}): Said | undefined {
  if (reaction === 'eyes' || (reaction === 'rocket' && !reply)) return undefined;
  return said(reaction === '-1' ? 'bad' : '', reaction === '-1' ? 'Refused' : 'Answered', {
    why: reply && inWords(reply),
  });
}

/** As it was typed: the parameters of the command in their order. */
export function typed(command: { name: Parameters<typeof usage>[0] }): string {
  const { name, ...given } = command;
  return [`/${name}`, ...Object.values(given).map(String)].join(' ');
}
