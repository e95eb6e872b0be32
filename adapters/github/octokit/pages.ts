// Lists, whole: a list that was cut silently would look like absence.
import { Permanent } from '../../../src/errors.ts';
import type { Answer } from './client.ts';

/** GitHub's largest page. */
export const PER_PAGE = 100;
const MAX_PAGES = 100;

/**
 * All pages of a numbered list, in GitHub's order. A page may be short without being the last, so the Link header decides;
 * reading ends early with the page on which `beyond` is true of the last row.
 */
export async function allPages<Row>(
  page: (page: number) => Promise<Answer<Row[]>>,
  beyond: (row: Row) => boolean = () => false,
): Promise<Row[]> {
  const rows: Row[] = [];
  for (let number = 1; number <= MAX_PAGES; number++) {
    const { data, headers } = await page(number);
    rows.push(...data);
    const last = rows.at(-1);
    if (!nextPage(headers.link) || (last !== undefined && beyond(last))) return rows;
  }
  throw new Permanent(
    `GitHub lists more than ${MAX_PAGES * PER_PAGE} items there; Gantry does not read lists that long`,
  );
}

/** The address behind rel="next"; undefined on the last page. */
export function nextPage(link: string | number | undefined): URL | undefined {
  const next = /<([^<>]+)>;\s*rel="next"/.exec(String(link ?? ''))?.[1];
  return next === undefined ? undefined : new URL(next);
}
