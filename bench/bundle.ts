// What it takes to judge and push work of 1,000 files, beside git alone doing the same without a judge and without a box.
import { execFileSync } from 'node:child_process';
import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { anonymous, boxed, makeRepository, skipped } from '../test/conformance/git/repository.ts';
import { percentile, round1 } from './numbers.ts';

const FILES = 1_000;
const ROUNDS = 5;

/** Middle of five; `git` is fetching the bundle into a bare clone and pushing its commit. */
export type BundleResult =
  | { bundleKb: number; inspectMs: number; pushMs: number; gitMs: number; ratio: number }
  | { skipped: string };

export async function benchBundle(say: (line: string) => void): Promise<BundleResult> {
  if (!boxed) return { skipped };
  const at = makeRepository();
  try {
    writeFileSync(join(at.work, 'a.txt'), 'one\n');
    const start = at.commit('start');
    at.git('push', '--quiet', 'origin', 'main');
    await at.store.mirror(at.repo, anonymous, { refs: ['refs/heads/main'] });
    const times = { inspect: [] as number[], push: [] as number[], git: [] as number[] };
    let bundleKb = 0;
    for (let round = 0; round < ROUNDS; round++) {
      at.git('checkout', '--quiet', '--detach', start);
      for (let n = 0; n < FILES; n++) {
        const folder = join(at.work, `round-${round}`, `part-${n % 20}`);
        mkdirSync(folder, { recursive: true });
        writeFileSync(join(folder, `file-${n}.ts`), `export const value${n} = ${round * FILES + n};\n`.repeat(20));
      }
      const head = at.commit(`round ${round}`);
      const bundle = at.bundle(start, head);
      bundleKb = Math.round(bundle.length / 1_024);

      const limits = { bytes: 50_000_000, files: 5_000, fileBytes: 1_000_000, depth: 20, seconds: 60 };
      let from = performance.now();
      const judged = await at.store.inspect({ repo: at.repo, bundle, start, limits });
      times.inspect.push(performance.now() - from);
      if (!judged.ok) throw new Error(`${judged.reason}: ${judged.detail}`);

      from = performance.now();
      const by = { name: 'gantry', email: 'gantry@example.org', at: 1_700_000_000 };
      const pushed = await at.store.commitAndPush({
        ...{ repo: at.repo, auth: anonymous, tree: judged.tree, parents: [start], message: `round ${round}` },
        ...{ author: by, committer: by, branch: `gantry/${round}`, expect: null },
      });
      times.push.push(performance.now() - from);
      if (!pushed.ok) throw new Error(pushed.detail);

      const file = join(at.directory, `round-${round}.bundle`);
      writeFileSync(file, bundle);
      const bare = join(at.directory, `plain-${round}.git`);
      const git = (...args: string[]) => execFileSync('git', args, { stdio: 'pipe' });
      git('clone', '--quiet', '--bare', at.remote, bare);
      from = performance.now();
      git('-C', bare, 'fetch', '--quiet', file, 'refs/heads/bundled:refs/heads/work');
      git('-C', bare, 'push', '--quiet', at.remote, `work:refs/heads/plain-${round}`);
      times.git.push(performance.now() - from);
    }
    const [inspectMs, pushMs, gitMs] = [times.inspect, times.push, times.git].map((all) => percentile(all, 0.5));
    const result = {
      bundleKb,
      inspectMs: round1(inspectMs ?? 0),
      pushMs: round1(pushMs ?? 0),
      gitMs: round1(gitMs ?? 0),
      ratio: round1(((inspectMs ?? 0) + (pushMs ?? 0)) / (gitMs ?? 1)),
    };
    say(`inspect ${result.inspectMs} ms, push ${result.pushMs} ms; git alone ${result.gitMs} ms`);
    return result;
  } finally {
    at.remove();
  }
}
