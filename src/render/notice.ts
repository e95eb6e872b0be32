// The one comment on an issue: why work did not start or stopped, or where it goes on.
import type { NoticeView } from '../decide/ticket/notice-view.ts';
import type { Verdict } from '../facts/verdict.ts';
import { say } from './messages.ts';
import { atMost, paragraphs } from './table.ts';
import { text } from './text.ts';
import { verdictSentence } from './verdict.ts';

const noticeMarker = '<!-- gantry:notice -->';

/** Ready to be pasted; the readiness check accepts it as it stands. */
export const exampleCriteria = `## Acceptance criteria

- When an order has 10 items or more, the total shall be 10 percent lower, rounded to whole cents.
- While an order has fewer than 10 items, the total shall stay as it is.
- If an order has no item, then it shall be refused with the message "an order needs at least one item".`;

const found = ({ children, ...verdict }: Verdict): string =>
  children && children.length > 0
    ? atMost(
        children.map((child) => `- ${verdictSentence(child)}`),
        30_000,
      )
    : `- ${verdictSentence(verdict)}`;

const notReady = (verdict: Verdict): string =>
  paragraphs(
    '### Not started: the acceptance criteria are missing something',
    found(verdict),
    'Edit the issue and it is checked again. Nothing has run and no token was spent.',
    `This would do, for example:\n\n\`\`\`markdown\n${exampleCriteria}\n\`\`\``,
  );

function body(view: NoticeView): string {
  switch (view.kind) {
    case 'message':
      return say(view.message);
    case 'still':
      return `⏸️ ${say(view.message)}`;
    case 'not_ready':
      return notReady(view.verdict);
    case 'started':
      return view.waits
        ? `Asked for by ${text(view.by)}. ${say(view.waits)}\n\nTo stop it, type \`/cancel\` or take the label \`ai-ready\` off.`
        : `Work has started, asked for by ${text(view.by)}. The plan comes as a draft pull request for someone to approve. To stop it, type \`/cancel\` or take the label \`ai-ready\` off.`;
    case 'pull':
      return `Work goes on in #${view.pull}: its policy comment shows where it stands and what is next.`;
  }
}

export const renderNotice = (view: NoticeView): string => `${noticeMarker}\n${body(view)}\n`;
