// How a phase is named wherever it is shown: "phase 2 of 4: Title". The title was written by an agent.
import type { Phase } from '../facts/plan.ts';
import { plain, text } from './text.ts';

export const phaseCount = ({ n, of }: Pick<Phase, 'n' | 'of'>): string => `phase ${n} of ${of}`;

/** As Markdown. */
export const phaseName = (phase: Phase): string => `${phaseCount(phase)}: ${text(phase.title, 100)}`;

/** As one line of plain text. */
export const phaseNamePlainly = (phase: Phase): string => `${phaseCount(phase)}: ${plain(phase.title, 100)}`;
