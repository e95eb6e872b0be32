// The one policy comment of a pull request. Its first lines say where things stand and what to type; the rest is for
// whoever wants to know why. The same view always gives the same text.
import type { StickyView } from '../decide/pull/sticky-view.ts';
import { checksSection } from './sticky/checks.ts';
import { evidenceSection } from './sticky/evidence.ts';
import { headlineSection } from './sticky/headline.ts';
import { planSection } from './sticky/plan.ts';
import { runsSection } from './sticky/runs.ts';
import { paragraphs } from './table.ts';
import { code, short } from './text.ts';

/** The comment starts with it; nothing that is shown inside can look like it. */
const stickyMarker = '<!-- gantry:policy -->';

const footer = ({ head }: StickyView): string =>
  `<sub>At commit ${code(short(head))}. Gantry keeps this one comment up to date; \`/harness help\` lists what can be typed.</sub>`;

/**
 * Fewer than 65,536 characters, whatever is in the view: each part has its own limit and they add up to less. `pages`: where
 * people reach Gantry's own, no trailing slash; absent, what lies there is named and not linked.
 */
export const renderSticky = (view: StickyView, pages?: string): string =>
  `${stickyMarker}\n${paragraphs(
    headlineSection(view),
    planSection(view),
    evidenceSection(view),
    checksSection(view),
    runsSection(view, pages),
    footer(view),
  )}\n`;
