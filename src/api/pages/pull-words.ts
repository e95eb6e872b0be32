// The facts of a pull request as sentences of a timeline.
import type { PullFact } from '../../facts/pull.ts';
import { html } from './html.ts';
import { inWords, nameOf, type Said, short, type Words } from './said.ts';
import { answered, compacted, typed } from './ticket-words.ts';

const code = (text: string) => html`<code>${text}</code>`;
const commit = (sha: string) => code(short(sha));

const reviews = {
  approved: { tone: 'good', word: 'approved' },
  changes_requested: { tone: 'bad', word: 'asked for changes to' },
  commented: { tone: '', word: 'commented on' },
  dismissed: { tone: '', word: 'no longer approves' },
} as const;

function observed({ action, pull, by }: Extract<PullFact, { type: 'PullObserved' }>): Said | undefined {
  if (pull.merged) return { tone: 'good', what: 'Pull request seen as merged', who: nameOf(by) };
  if (action === 'synchronize')
    return { tone: '', what: html`Pull request is at ${commit(pull.head.sha)}`, who: nameOf(by) };
  const known: Readonly<Record<string, string>> = {
    opened: 'opened',
    closed: 'closed',
    reopened: 'reopened',
    ready_for_review: 'taken out of draft',
    converted_to_draft: 'made a draft',
    edited: 'edited',
  };
  const word = Object.hasOwn(known, action) ? known[action] : undefined;
  return word === undefined ? undefined : { tone: '', what: `Pull request ${word}`, who: nameOf(by) };
}

export const pullWords: Words<PullFact> = {
  PullObserved: observed,
  PullReviewed: ({ review: { by, state, commit: sha } }) => ({
    tone: reviews[state].tone,
    what: html`Review: ${reviews[state].word} ${commit(sha)}`,
    who: nameOf(by),
  }),
  CheckRerequested: ({ name, by }) => ({ tone: '', what: html`${code(name)} asked for again`, who: nameOf(by) }),
  CommandGiven: ({ command, by }) => ({ tone: '', what: html`Typed ${code(typed(command))}`, who: nameOf(by) }),
  CommandMisread: ({ text, problem, by }) => ({
    tone: '',
    what: html`Typed ${code(text)}, which is not a command`,
    who: nameOf(by),
    why: problem,
  }),
  CommentChanged: ({ how, by }) => ({ tone: '', what: `A comment was ${how}`, who: nameOf(by) }),
  BaseMoved: undefined,
  MembersChanged: undefined,
  GroupRequested: ({ sha }) => ({ tone: '', what: html`A merge queue asks for the gate at ${commit(sha)}` }),
  TicketReported: undefined,
  Woken: undefined,
  FactSetAside: ({ of }) => ({ tone: 'bad', what: html`${code(of)} could not be read and was set aside` }),
  FactTakenBack: ({ how, by }) => ({ tone: '', what: how === 'replayed' ? 'Read again' : 'Left aside', who: by }),
  Replayed: ({ what, by }) => ({ tone: '', what: html`${code(what)} asked for again`, who: by }),
  PullGathered: ({ head }) => ({ tone: '', what: html`Checked at ${commit(head)}` }),
  AuthorityRead: undefined,
  ControlChanged: ({ ask, change }) => ({
    tone: 'wait',
    what: change === 'pause' ? 'Repository paused' : 'Repository resumed',
    who: nameOf(ask.by),
  }),
  ReviewerRead: ({ login, role }) => ({ tone: '', what: `Review read again: ${login} has ${role} permission` }),
  PullReadied: ({ done }) => ({
    tone: done ? '' : 'wait',
    what: done ? 'Taken out of draft' : 'GitHub does not let Gantry take it out of draft',
  }),
  ReviewAsked: ({ of }) => ({
    tone: '',
    what: of.length > 0 ? `Review asked of ${of.join(', ')}` : 'Review asked for',
  }),
  PullMerged: ({ sha, head }) => ({
    tone: 'good',
    what: html`<strong>Merged</strong> ${commit(head)} as ${commit(sha)}`,
  }),
  MergeRefused: ({ head, why }) => ({ tone: 'bad', what: html`Merge of ${commit(head)} refused`, why: inWords(why) }),
  GaveUp: ({ command, why }) => ({ tone: 'bad', what: html`Gave up on ${code(command)}`, why }),
  StepTaken: undefined,
  Compacted: () => compacted,
  GateDecided: ({ head, open, blocker }) => ({
    tone: open ? 'good' : '',
    what: html`Gate at ${commit(head)}: ${open ? 'open' : 'closed'}`,
    why: blocker && inWords(blocker),
  }),
  CommentAnswered: ({ receipt }) => answered(receipt),
};
