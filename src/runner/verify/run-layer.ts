// One layer: its command in a fresh box on its own copy of the tree, without model and without identity.
import { Permanent } from '../../errors.ts';
import type { LayerName, LayerPolicy } from '../../facts/policy.ts';
import type { LayerResult } from '../../facts/run.ts';
import { boxLimits, leftTooMuch } from '../box.ts';
import type { RunContext } from '../context.ts';
import { removeFolder } from '../remove-folder.ts';
import { readCtrf } from '../reports/ctrf.ts';
import { readJunit } from '../reports/junit.ts';
import type { TestReport } from '../reports/test-report.ts';
import { concludeLayer } from './conclude.ts';
import { readReportFile, removeReportFile } from './report-file.ts';
import { runCommand } from './run-command.ts';

export async function runLayer(
  context: RunContext,
  layer: LayerName,
  policy: LayerPolicy,
  tree: string,
): Promise<LayerResult> {
  const copy = await copyTree(context, tree, `layer-${layer}`);
  try {
    if (policy.report) await removeReportFile(copy, policy.report.path);
    const ended = await runCommand(context, policy.run, copy, policy.timeoutMinutes * 60);
    const seen = { ...ended, report: await reportOf(policy, copy) };
    return concludeLayer(layer, policy, seen);
  } finally {
    await removeFolder(copy);
  }
}

/** In a box: after setup, code of the change may have written whatever a copying tool could stumble over. */
async function copyTree(
  { place, sandbox, halt, secondsLeft }: RunContext,
  tree: string,
  name: string,
): Promise<string> {
  const copy = await place.folder(name);
  const ended = await sandbox.run(
    {
      mounts: [
        { path: tree, writable: false },
        { path: copy, writable: true },
      ],
      toolchains: [],
      cwd: copy,
      env: () => ({ PATH: '/usr/bin:/bin' }),
      limits: boxLimits(Math.min(600, secondsLeft())),
    },
    ['cp', '-a', `${tree}/.`, `${copy}/`],
    { signal: halt.signal },
  );
  halt.signal.throwIfAborted();
  if (ended.exitCode === 0) return copy;
  if (ended.overDisk) throw new Permanent(`The copy of the tree for ${name} ${leftTooMuch}`);
  throw new Permanent(`The tree could not be copied for ${name}: ${ended.stderr.toString('utf8').slice(-300)}`);
}

async function reportOf({ report }: LayerPolicy, copy: string): Promise<TestReport | undefined> {
  if (!report) return undefined;
  const file = await readReportFile(copy, report.path);
  if (!file.ok) return { status: 'unreadable', why: file.why };
  return report.format === 'junit' ? readJunit(file.text) : readCtrf(file.text);
}
