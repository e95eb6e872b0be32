// Where work that was paid for lies when it is not used: the last sentence of a refusal or of a run that did not deliver.
import type { Data } from '../fill.ts';

/** `kept`: digest of the stored bundle; absent where nothing is stored. */
export const kept = ({ kept: digest }: Data): string =>
  digest === undefined
    ? ''
    : '\n\nWhat was made is kept: `gantry artifact {kept} --out work.bundle` fetches it, unchecked.';
