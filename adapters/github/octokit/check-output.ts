// A check run as GitHub wants it, within GitHub's limits.
import { Bug } from '../../../src/errors.ts';
import type { CheckAnnotation, CheckRunWrite } from '../contract.ts';

/** GitHub counts characters of summary and text; we count UTF-16 units, which are never fewer. */
const MAX_TEXT = 65_535;
const MAX_MESSAGE_BYTES = 64 * 1024;
const MAX_TITLE = 255;
const ANNOTATIONS_PER_REQUEST = 50;
const CUT = '\n\n_The rest was cut: GitHub shows 65,535 characters at most._';

/** Cut at the end of a line where there is one, never inside a character. */
function cutAtLine(text: string, max = MAX_TEXT): string {
  if (text.length <= max) return text;
  const room = text.slice(0, max - CUT.length);
  const line = room.lastIndexOf('\n');
  // A single line that long is cut where it must be, but a surrogate pair stays whole.
  return `${line > 0 ? room.slice(0, line) : room.toWellFormed().replace(/\uFFFD$/, '')}${CUT}`;
}

/** All but the annotations, which go out 50 at a time. */
export function checkFields(check: CheckRunWrite, annotations: CheckAnnotation[]) {
  const { name, status, conclusion, title, summary, text, externalId, detailsUrl, actions = [] } = check;
  if ((status === 'completed') !== (conclusion !== undefined))
    throw new Bug(`check run ${name}: ${status} with conclusion ${conclusion}`);
  if (actions.length > 3) throw new Bug(`check run ${name}: GitHub shows three actions at most`);
  for (const { label, description, identifier } of actions)
    if (label.length > 20 || description.length > 40 || identifier.length > 20)
      throw new Bug(`check run ${name}: action ${identifier} is too long`);
  return {
    name,
    status,
    ...(conclusion === undefined ? {} : { conclusion }),
    ...(externalId === undefined ? {} : { external_id: externalId }),
    ...(detailsUrl === undefined ? {} : { details_url: detailsUrl }),
    output: {
      title: title.slice(0, MAX_TITLE),
      summary: cutAtLine(summary),
      ...(text === undefined ? {} : { text: cutAtLine(text) }),
      ...(annotations.length === 0 ? {} : { annotations: annotations.map(annotationFields) }),
    },
    actions,
  };
}

/** At least one batch, so that a check without annotations is written too. */
export function annotationBatches(annotations: CheckAnnotation[] = []): [CheckAnnotation[], ...CheckAnnotation[][]] {
  const rest: CheckAnnotation[][] = [];
  for (let from = ANNOTATIONS_PER_REQUEST; from < annotations.length; from += ANNOTATIONS_PER_REQUEST)
    rest.push(annotations.slice(from, from + ANNOTATIONS_PER_REQUEST));
  return [annotations.slice(0, ANNOTATIONS_PER_REQUEST), ...rest];
}

const annotationFields = ({ path, startLine, endLine, level, title, message }: CheckAnnotation) => ({
  path,
  start_line: startLine,
  end_line: endLine,
  annotation_level: level,
  // Four bytes are the most that a character takes.
  message: cutAtLine(message, MAX_MESSAGE_BYTES / 4),
  ...(title === undefined ? {} : { title: title.slice(0, MAX_TITLE) }),
});
