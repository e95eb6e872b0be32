// What the timeline says of one fact.

import type { Message } from '../../facts/message.ts';
import type { Actor } from '../../facts/person.ts';
import type { RunOutcome } from '../../facts/run.ts';
import { say } from '../../render/messages.ts';
import type { Html } from './html.ts';
import { inlineMarkdown } from './markdown.ts';

/** `key`: a step of the way; without a tone it is a detail. */
export type Tone = 'key' | 'good' | 'bad' | 'wait' | '';
export type Said = { tone: Tone; what: Html | string; who?: string | undefined; why?: Html | string | undefined };

/** Undefined: bookkeeping, which the API shows and a person does not need. */
export type Words<F extends { type: string }> = {
  [Type in F['type']]: ((fact: Extract<F, { type: Type }>) => Said | undefined) | undefined;
};

export const inWords = (message: Message): Html => inlineMarkdown(say(message));

export const nameOf = ({ login, kind }: Actor): string =>
  kind === 'bot' && !login.endsWith('[bot]') ? `${login} (bot)` : login;

const outcomes: Readonly<Record<RunOutcome['kind'], { word: string; tone: Tone }>> = {
  delivered: { word: 'delivered', tone: 'good' },
  no_change: { word: 'no change', tone: '' },
  blocked: { word: 'stopped for a decision', tone: 'wait' },
  failed: { word: 'failed', tone: 'bad' },
  cancelled: { word: 'cancelled', tone: '' },
  timed_out: { word: 'timed out', tone: 'bad' },
  dead_lettered: { word: 'given up', tone: 'bad' },
};

export const outcomeWord = (outcome: RunOutcome): { word: string; tone: Tone } => outcomes[outcome.kind];
export const outcomeWhy = (outcome: RunOutcome): string | undefined =>
  outcome.kind === 'failed'
    ? `${outcome.class.replaceAll('_', ' ')}: ${outcome.why}`
    : 'why' in outcome
      ? outcome.why
      : undefined;

/** As much of a commit or digest as a person compares. */
export const short = (hash: string): string => hash.slice(0, 8);
