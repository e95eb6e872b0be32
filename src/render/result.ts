// One icon and one word for each result: the same everywhere.
import type { CheckStatus } from '../decide/pull/check-view.ts';
import type { LayerResult, RunOutcome } from '../facts/run.ts';
import type { Outcome } from '../facts/verdict.ts';

export const statusIcon: Readonly<Record<CheckStatus, string>> = {
  success: '✅',
  failure: '❌',
  timed_out: '❌',
  action_required: '✋',
  in_progress: '⏳',
  neutral: '⚪',
  skipped: '⚪',
};

export const statusResult: Readonly<Record<CheckStatus, string>> = {
  success: '✅ passed',
  failure: '❌ failed',
  timed_out: '❌ timed out',
  action_required: '✋ needs a person',
  in_progress: '⏳ waiting',
  neutral: '⚪ neutral',
  skipped: '⚪ skipped',
};

export const outcomeIcon: Readonly<Record<Outcome, string>> = {
  pass: '✅',
  fail: '❌',
  error: '❌',
  pending: '⏳',
  skip: '⚪',
};

export const layerResult: Readonly<Record<LayerResult['conclusion'], string>> = {
  success: '✅ passed',
  failure: '❌ failed',
  skipped: '⚪ skipped',
  timed_out: '❌ timed out',
  unknown: '❌ no result',
};

export const runResult = (outcome: RunOutcome | undefined): string => {
  if (!outcome) return '⏳ going on';
  return (
    {
      delivered: '✅ delivered',
      no_change: '⚪ no change',
      blocked: '✋ stopped for a decision',
      failed: '❌ failed',
      cancelled: '⚪ cancelled',
      timed_out: '❌ timed out',
      dead_lettered: '❌ given up',
    } as const
  )[outcome.kind];
};
