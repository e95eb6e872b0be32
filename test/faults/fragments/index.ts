// Every fragment by the name that its effect or writer has in its registry.

import type { Fragment } from '../fragment.ts';
import { reads } from './reads.ts';
import { targets } from './targets.ts';
import { writes } from './writes.ts';

export const fragments: Readonly<Record<string, Fragment>> = { ...reads, ...writes, ...targets };
