// The verify stage: every configured layer on the stored tree, with the base's tests and settings where the plan names no others.
import { LayerName } from '../../facts/policy.ts';
import type { LayerResult } from '../../facts/run.ts';
import { leftTooMuch } from '../box.ts';
import { checkOut } from '../checkout.ts';
import type { RunContext, StageResult } from '../context.ts';
import { inert } from '../job-log.ts';
import { readChanges } from '../read-changes.ts';
import { lastOf, oneLine, redact } from '../redact.ts';
import { skippedLayer } from './conclude.ts';
import { type BaseFiles, differing, restore } from './restore.ts';
import { type Restoration, restorations } from './restore-rule.ts';
import { runCommand } from './run-command.ts';
import { runLayer } from './run-layer.ts';
import { fetchSubject } from './subject.ts';

/** Setup has no time of its own in the policy. */
const setupSeconds = 20 * 60;

/** `delivered` says that every configured layer has a result, not that it passed: that is the control plane's to judge. */
export async function verifyStage(context: RunContext): Promise<StageResult> {
  const { assignment, tracker, log, evidence } = context;
  const { tree, from, restored } = await log.group('Check out the tree to verify', () => prepare(context));
  tracker.at('layers');
  const broken = await log.group('Set up', () => setUp(context, tree, from, restored));
  const layers: LayerResult[] = [];
  for (const layer of LayerName.options) {
    const policy = assignment.layers[layer];
    if (!policy) layers.push(skippedLayer(layer));
    else if (broken) layers.push({ layer, command: policy.run, ...broken });
    else {
      tracker.at('layers', layer);
      const result = await log.group(`Layer ${layer}: ${policy.run}`, () => runLayer(context, layer, policy, tree));
      layers.push(withRestored(result, restored));
    }
    evidence.set('layers', [...layers]);
    const result = layers.at(-1);
    if (result) await log.summary(`- ${layer}: **${result.conclusion}** ${inert(result.why)}`);
    if (result?.tail !== undefined && result.conclusion !== 'success') log.quote(result.tail);
  }
  return { outcome: { kind: 'delivered' }, layers };
}

async function prepare(context: RunContext): Promise<{ tree: string; from: BaseFiles; restored: Restoration[] }> {
  const { assignment, store, repo, evidence, log } = context;
  const { plan, start } = assignment;
  const commit = await fetchSubject(context);
  const base = plan?.trustedBase ?? start;
  const changed = await readChanges(context, base, commit);
  const count = (...of: string[]) => changed.filter(({ status }) => of.includes(status)).length;
  evidence.set('diff', {
    added: count('added'),
    modified: count('modified'),
    removed: count('removed'),
    other: count('renamed', 'copied', 'type'),
  });
  const restored = restorations(changed, plan?.scope ?? []);
  const tree = await checkOut(context, commit, 'tree');
  const from = { store, repo, base };
  await restore(tree, from, restored);
  evidence.set('restored', restored.slice(0, 1_000));
  for (const { path, how } of restored)
    log.quote(`${how === 'restore' ? 'restored from the base' : 'removed'}: ${path}`);
  return { tree, from, restored };
}

/** Undefined when the layers can run; else what each of them says. */
async function setUp(
  context: RunContext,
  tree: string,
  from: BaseFiles,
  restored: readonly Restoration[],
): Promise<Pick<LayerResult, 'conclusion' | 'why' | 'exitCode' | 'tail'> | undefined> {
  const { setup } = context.assignment;
  if (setup === undefined) return undefined;
  const { exitCode, timedOut, overDisk, output } = await runCommand(context, setup, tree, setupSeconds);
  if (exitCode === 0) {
    // Setup runs code of the change: what it wrote over the base's tests would judge the change.
    const [changed] = await differing(tree, from, restored);
    if (changed === undefined) return undefined;
    // Not put back: a setup that needs the file otherwise has not set up what the layers run.
    const why = oneLine(`The setup command changed ${changed}, which is held to the base: the layer was not run.`, 500);
    return { conclusion: 'failure', why, exitCode, tail: lastOf(redact(output), 4_096) };
  }
  const end = timedOut ? `did not end within ${setupSeconds / 60} minutes` : `ended with ${exitCode ?? 'a signal'}`;
  const why = `The setup command ${overDisk ? leftTooMuch : `${end}.`} The layer was not run.`;
  return { conclusion: timedOut ? 'timed_out' : 'failure', why, exitCode, tail: lastOf(redact(output), 4_096) };
}

const shownPaths = 8;

/** A reviewer must see that the run did not use the files of the change. */
function withRestored(result: LayerResult, restored: readonly Restoration[]): LayerResult {
  if (restored.length === 0) return result;
  const paths = restored.slice(0, shownPaths).map(({ path }) => path);
  const more = restored.length > shownPaths ? ` and ${restored.length - shownPaths} more` : '';
  const note = `Run with the base's version of ${paths.join(', ')}${more}: the plan does not name them.`;
  return { ...result, why: oneLine(`${result.why} ${note}`, 500) };
}
