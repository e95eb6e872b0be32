// Readiness: the issue has acceptance criteria that a test can decide. A lint in the spirit of EARS, kept to sure signs.
import { z } from 'zod';
import type { Criterion } from '../src/facts/plan.ts';
import type { Verdict } from '../src/facts/verdict.ts';
import { defineCheck, fail, failEach, pass, skip } from './contract.ts';

const messages = {
  ready: 'The issue has {count} testable acceptance criteria.',
  'not-ours': 'Only work that Gantry does needs acceptance criteria.',
  'no-criteria':
    'The issue has no acceptance criteria, so nobody could tell when it is done. Add a heading "Acceptance criteria" with a list under it, for example "- `slugify("Hello World")` returns `hello-world`".',
  'too-many': 'The issue has {count} acceptance criteria, more than {most}. Split it into several issues.',
  'not-testable': '{count} acceptance criteria cannot be tested as they are written.',
  short:
    '{id} "{text}" is too short to test. Say what happens when, for example "When the name is empty, the form shows `Name is missing`".',
  vague:
    '{id} says "{word}", which two people would judge differently. Give a number, a value or an example, for example "answers within 200 ms" in place of "is fast".',
  undecided:
    '{id} leaves a decision open ("{word}"). Decide it, or take the criterion out and file it as an issue of its own.',
  'no-outcome':
    '{id} does not say what can be observed afterwards. Name the outcome: what is returned, shown, stored or refused, for example "WHEN the file is missing THEN the command exits with 1".',
} as const;
type Message = keyof typeof messages;

const vague =
  /\b(fast|quick(?:ly)?|slow|easy|easily|simple|simply|intuitive|user[- ]friendly|nice(?:ly)?|good|better|best|clean(?:ly)?|robust|seamless(?:ly)?|smooth(?:ly)?|efficient(?:ly)?|optimal|appropriate(?:ly)?|adequate(?:ly)?|reasonable|reasonably|proper(?:ly)?|as (?:needed|expected|appropriate|usual)|if possible|where possible|and so on|etc|various|several|some kind of|modern|flexible|scalable|performant|improved?)\b/i;
const undecided =
  /\b(tbd|tbc|todo|to be (?:decided|defined|discussed)|maybe|perhaps|possibly|or something|and\/or)\b|\?\?+|\?\s*$/i;
/** A number, or something quoted: then a vague word is only decoration. */
const measured = /\d|`[^`]+`|"[^"]+"|'[^']+'|“[^”]+”/;
const strongOutcome =
  /\b(shall|must|should|will|can(?:not|'t)?|is|are|then|never|always|equals?|returns?|shows?|prints?|exits?|fails?|throws?|rejects?|responds?|answers?|contains?)\b|→|=>|->/i;
const weakOutcome = /\b(was|were|be|has|have|had|does|do|no longer|only|match(?:es)?|\w{3,}(?:s|ed))\b/i;
/** A task, not an outcome, unless what comes of it is said too. */
const task =
  /^\W*(?:add|build|change|clean|create|document|fix|implement|improve|introduce|investigate|make|migrate|move|refactor|remove|rename|replace|rewrite|support|update|upgrade|use|write)\b/i;
/** GIVEN or WHEN alone is a situation, not an outcome; after a comma or THEN comes one. */
const situationOnly = /^\W*(?:given|when|if|while|where)\b(?!.*(?:,|\bthen\b))/i;
/** The word lists are English, so only a text that is surely English is asked for a verb that one of them knows. */
const english = /\b(?:the|and|of|for|with)\b/i;

const hasNoOutcome = (text: string): boolean =>
  !strongOutcome.test(text) && (task.test(text) || (english.test(text) && !weakOutcome.test(text)));

const rules: readonly { messageId: Message; found(text: string): string | undefined }[] = [
  { messageId: 'undecided', found: (text) => undecided.exec(text)?.[0].trim() },
  { messageId: 'vague', found: (text) => (measured.test(text) ? undefined : vague.exec(text)?.[0]) },
  {
    messageId: 'no-outcome',
    found: (text) => (hasNoOutcome(text) || situationOnly.test(text) ? text : undefined),
  },
];

/** A criterion gets the first finding only: once it is rewritten the rest may be moot. */
const lint = ({ id, text }: Criterion, shortest: number): Verdict<Message>[] => {
  if (text.length < shortest || /^[\x21-\x7e]*$/.test(text)) return [fail('short', { id, text })];
  for (const { messageId, found } of rules) {
    const word = found(text);
    if (word !== undefined) return [fail(messageId, { id, word: word.slice(0, 80), text })];
  }
  return [];
};

export const readiness = defineCheck({
  name: 'readiness',
  summary: 'The issue has acceptance criteria that a test can decide.',
  needs: ['kind', 'criteria'],
  triggers: ['issue'],
  options: z.strictObject({
    most: z.int().min(1).default(30).describe('More criteria than this are too much for one pull request.'),
    shortest: z.int().min(1).default(8).describe('Fewer characters than this cannot say what happens when.'),
  }),
  messages,
  evaluate({ kind, criteria }, { most, shortest }): Verdict<Message> {
    if (kind !== 'gantry') return skip('not-ours');
    const count = String(criteria.length);
    if (criteria.length === 0) return fail('no-criteria');
    if (criteria.length > most) return fail('too-many', { count, most: String(most) });
    const findings = criteria.flatMap((criterion) => lint(criterion, shortest));
    return failEach(findings, pass('ready', { count }), 'not-testable');
  },
});
