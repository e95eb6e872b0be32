import { spawnSync } from 'node:child_process';
import {
  chmodSync,
  existsSync,
  lstatSync,
  mkdirSync,
  readFileSync,
  readlinkSync,
  rmSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import type { HeldFile } from '../../../adapters/git/contract.ts';
import { createWorkspaceGit } from '../../../adapters/git/workspace.ts';
import { createUnboxed } from '../../../adapters/sandbox/none.ts';
import { anonymous, boxed, limits, makeRepository, sandbox, skipped, type TestRepository } from './repository.ts';

let at: TestRepository;
let start: string;
let bare: string;
let workspace: string;

beforeEach(async () => {
  at = makeRepository();
  writeFileSync(join(at.work, '.gitattributes'), '*.txt text=auto eol=crlf\n*.f filter=evil\n');
  writeFileSync(join(at.work, 'crlf.txt'), 'a\r\nb\r\n');
  writeFileSync(join(at.work, 'lf.txt'), 'a\nb\n');
  writeFileSync(join(at.work, 'bin'), Buffer.from([0, 255, 13, 10]));
  writeFileSync(join(at.work, '.gitignore'), 'ignored/\n');
  at.git('-c', 'core.autocrlf=false', 'add', '-A');
  start = at.commit('start');
  at.git('push', '--quiet', 'origin', 'main');
  await at.store.mirror(at.repo, anonymous, { refs: ['refs/heads/main'] });
  bare = at.store.directory(at.repo);
  workspace = join(at.directory, 'workspace');
  mkdirSync(workspace);
});
afterEach(() => at.remove());

const write = (name: string, content: string | Buffer) => writeFileSync(join(workspace, name), content);

const suite = (git: ReturnType<typeof createWorkspaceGit>): void => {
  const collect = async () => {
    const collected = await git.collect({ bare, start, workspace, maxBytes: limits.bytes });
    if (!collected.ok) throw new Error(collected.detail);
    return collected;
  };

  /** The tree that the patch makes of a clean checkout, by git alone. */
  const replayed = (patch: Buffer | null): string => {
    if (patch === null) throw new Error('there is no patch');
    const clean = join(at.directory, 'clean');
    at.git('worktree', 'add', '--quiet', '--detach', clean, start);
    const run = (...args: string[]) =>
      spawnSync('git', ['-C', clean, '-c', 'core.autocrlf=false', ...args], { input: patch, encoding: 'utf8' });
    expect(run('apply', '--cached', '--whitespace=nowarn').stderr).toBe('');
    return run('write-tree').stdout.trim();
  };

  test('an untouched checkout has changed nothing, whatever its attributes say', async () => {
    expect(await git.checkout({ bare, commit: start, workspace })).toEqual({ ok: true });
    expect(readFileSync(join(workspace, 'lf.txt'), 'utf8')).toBe('a\nb\n');
    expect(existsSync(join(workspace, '.git'))).toBe(false);
    expect(await collect()).toEqual({ ok: true, changed: false, tree: at.git('rev-parse', `${start}^{tree}`) });
  });

  describe('files that are shown otherwise than the start commit has them', () => {
    /** AGENTS.md is the base's, the branch's own .codex/run is left out, GEMINI.md is brought back. */
    const branch = (): { head: string; held: HeldFile[] } => {
      const at644 = (name: string) => ({ mode: '100644', blob: at.git('rev-parse', `HEAD:${name}`) });
      writeFileSync(join(at.work, 'AGENTS.md'), 'base\n');
      writeFileSync(join(at.work, 'GEMINI.md'), 'base\n');
      at.commit('base');
      const held: HeldFile[] = [
        { path: 'AGENTS.md', at: at644('AGENTS.md') },
        { path: 'GEMINI.md', at: at644('GEMINI.md') },
        { path: '.codex/run', at: null },
      ];
      mkdirSync(join(at.work, '.codex'));
      writeFileSync(join(at.work, '.codex/run'), 'hostile\n');
      symlinkSync('/etc/passwd', join(at.work, 'AGENTS.md.new'));
      at.git('mv', '-f', 'lf.txt', 'kept.txt');
      rmSync(join(at.work, 'GEMINI.md'));
      rmSync(join(at.work, 'AGENTS.md'));
      symlinkSync('crlf.txt', join(at.work, 'AGENTS.md'));
      const head = at.commit('branch');
      at.git('push', '--quiet', 'origin', 'main');
      return { head, held };
    };
    /** The commit of a bundle, in the mirror as in the next run. */
    const kept = async (bundle: Buffer): Promise<string> => {
      writeFileSync(join(at.directory, 'kept.bundle'), bundle);
      at.git('fetch', '--quiet', '--force', join(at.directory, 'kept.bundle'), 'refs/heads/work:refs/heads/kept');
      at.git('push', '--quiet', '--force', 'origin', 'kept');
      await at.store.mirror(at.repo, anonymous, { refs: ['refs/heads/kept'] });
      return at.git('rev-parse', 'kept');
    };
    const show = async () => {
      const { head, held } = branch();
      await at.store.mirror(at.repo, anonymous, { refs: ['refs/heads/main'] });
      expect(await git.checkout({ bare, commit: head, workspace, held, repository: true })).toEqual({ ok: true });
      return { bare, start: head, workspace, held, maxBytes: limits.bytes };
    };

    test('are so in the workspace and in its repository, where nothing of the others is', async () => {
      await show();
      expect(readFileSync(join(workspace, 'AGENTS.md'), 'utf8')).toBe('base\n');
      expect(readFileSync(join(workspace, 'GEMINI.md'), 'utf8')).toBe('base\n');
      expect(existsSync(join(workspace, '.codex'))).toBe(false);
      expect(existsSync(join(workspace, 'kept.txt'))).toBe(true);
      const inside = (...args: string[]) => spawnSync('git', ['-C', workspace, ...args], { encoding: 'utf8' }).stdout;
      expect(inside('status', '--porcelain')).toBe('');
      expect(inside('log', '--all', '--format=%s', '--', '.codex')).toBe('');
      expect(spawnSync('grep', ['-rq', 'hostile', workspace]).status).toBe(1);
    });

    test('are in the result as the start commit has them, and untouched is no change', async () => {
      const request = await show();
      expect(await git.collect(request)).toEqual({
        ok: true,
        changed: false,
        tree: at.git('rev-parse', `${request.start}^{tree}`),
      });
      write('new.txt', 'x\n');
      write('.gitignore', 'ignored/\nGEMINI.md\n');
      const collected = await git.collect(request);
      if (!collected.ok || !collected.changed) throw new Error(JSON.stringify(collected));
      writeFileSync(join(at.directory, 'result.bundle'), collected.bundle);
      at.git('fetch', '--quiet', join(at.directory, 'result.bundle'), 'refs/heads/work');
      expect(at.git('diff', '--name-status', request.start, 'FETCH_HEAD').split('\n')).toEqual([
        'M\t.gitignore',
        'A\tnew.txt',
      ]);
    });

    test('leave a file free to become a folder, and a folder to become a file', async () => {
      for (const request of [await show(), { bare, start, workspace, maxBytes: limits.bytes }]) {
        rmSync(workspace, { recursive: true });
        mkdirSync(workspace);
        const { held = [] } = request as { held?: readonly HeldFile[] };
        await git.checkout({ bare, commit: request.start, workspace, held });
        rmSync(join(workspace, 'crlf.txt'));
        mkdirSync(join(workspace, 'crlf.txt'));
        write('crlf.txt/inside', 'x\n');
        const turned = await git.collect(request);
        if (!turned.ok || !turned.changed) throw new Error(JSON.stringify(turned));
        expect(turned.diff).toMatchObject({ added: 1, removed: 1, modified: 0 });
        const back = await git.collect({ ...request, start: await kept(turned.bundle) });
        if (!back.ok) throw new Error(back.detail);
        expect(back.changed).toBe(false);
      }
    });

    test('are so where the branch has a link in place of their folder', async () => {
      mkdirSync(join(at.work, 'rules'));
      writeFileSync(join(at.work, 'rules/agent.md'), 'base\n');
      at.commit('base');
      const blob = at.git('rev-parse', 'HEAD:rules/agent.md');
      rmSync(join(at.work, 'rules'), { recursive: true });
      mkdirSync(join(at.work, 'own'));
      writeFileSync(join(at.work, 'own/agent.md'), 'hostile\n');
      symlinkSync('own', join(at.work, 'rules'));
      const head = at.commit('branch');
      at.git('push', '--quiet', 'origin', 'main');
      await at.store.mirror(at.repo, anonymous, { refs: ['refs/heads/main'] });
      const shown: HeldFile[] = [
        { path: 'rules/agent.md', at: { mode: '100644', blob } },
        { path: 'rules', at: null },
      ];
      for (const held of [shown, shown.toReversed()]) {
        rmSync(workspace, { recursive: true });
        mkdirSync(workspace);
        expect(await git.checkout({ bare, commit: head, workspace, held })).toEqual({ ok: true });
        expect(lstatSync(join(workspace, 'rules')).isDirectory()).toBe(true);
        expect(readFileSync(join(workspace, 'rules/agent.md'), 'utf8')).toBe('base\n');
        expect(await git.collect({ bare, start: head, workspace, held, maxBytes: limits.bytes })).toMatchObject({
          ok: true,
          changed: false,
        });
      }
    });

    test('cannot be changed', async () => {
      const request = await show();
      write('AGENTS.md', 'base, and the agent\n');
      expect(await git.collect(request)).toEqual({ ok: false, reason: 'held', detail: 'AGENTS.md' });
    });
  });

  test('every kind of change replays to the same tree hash', async () => {
    await git.checkout({ bare, commit: start, workspace });
    write('crlf.txt', 'a\r\nb\r\nc\r\n');
    write('new.txt', 'x\r\ny\n');
    write('bin', Buffer.from([0, 1, 2, 13, 10, 255]));
    write('ü \n"name.f', 'x');
    rmSync(join(workspace, 'lf.txt'));
    write('moved.txt', 'a\nb\n');
    write('run.sh', '#!/bin/sh\n');
    chmodSync(join(workspace, 'run.sh'), 0o755);
    symlinkSync('run.sh', join(workspace, 'link'));
    mkdirSync(join(workspace, 'ignored'));
    write('ignored/x', 'x');
    const collected = await collect();
    if (!collected.changed) throw new Error('nothing collected');
    const again = join(at.directory, 'again');
    mkdirSync(again);
    const { bundle, commit } = collected;
    expect(await git.checkout({ bare, commit, bundle, workspace: again })).toEqual({ ok: true });
    expect(readFileSync(join(again, 'new.txt'), 'utf8')).toBe('x\r\ny\n');
    expect(readFileSync(join(again, 'ü \n"name.f'), 'utf8')).toBe('x');
    expect(readlinkSync(join(again, 'link'))).toBe('run.sh');
    expect(lstatSync(join(again, 'run.sh')).mode & 0o111).not.toBe(0);
    expect(existsSync(join(again, 'ignored'))).toBe(false);
    const second = await git.collect({ bare, start, workspace: again, maxBytes: limits.bytes });
    expect(second).toMatchObject({ ok: true, tree: collected.tree, commit });
    expect(replayed(collected.patch)).toBe(collected.tree);
    // New: new.txt, the odd name, moved.txt, run.sh, link. Gone: lf.txt. Every line of crlf.txt is another one.
    expect(collected.diff).toEqual({
      ...{ added: 5, modified: 2, removed: 1, other: 0 },
      lines: { added: 10, removed: 4 },
    });
  });

  test('5,000 files replay to the same tree hash', async () => {
    await git.checkout({ bare, commit: start, workspace });
    for (let folder = 0; folder < 50; folder++) {
      mkdirSync(join(workspace, `f${folder}`));
      for (let file = 0; file < 100; file++) write(`f${folder}/${file}.txt`, `${folder} ${file}\n`);
    }
    const collected = await collect();
    if (!collected.changed) throw new Error('nothing collected');
    expect(replayed(collected.patch)).toBe(collected.tree);
  });

  test('a repository for tools shows the one commit and a clean state', async () => {
    expect(await git.checkout({ bare, commit: start, workspace, repository: true })).toEqual({ ok: true });
    const run = (...args: string[]) =>
      spawnSync('git', args, { cwd: workspace, env: { PATH: '/usr/bin:/bin' } }).stdout.toString();
    expect(run('log', '--format=%H').trim()).toBe(start);
    expect(run('fsck').trim()).toBe('');
    write('new', 'x');
    expect(run('status', '--porcelain')).toContain('?? new');
    expect(await collect()).toMatchObject({ changed: true });
  });

  test('a submodule of the base stays as it is', async () => {
    at.git('update-index', '--add', '--cacheinfo', `160000,${start},vendor/lib`);
    at.git('commit', '--quiet', '-m', 'submodule');
    const commit = at.git('rev-parse', 'HEAD');
    at.git('push', '--quiet', 'origin', 'main');
    await at.store.mirror(at.repo, anonymous, { refs: ['refs/heads/main'] });
    expect(await git.checkout({ bare, commit, workspace })).toEqual({ ok: true });
    const collected = await git.collect({ bare, start: commit, workspace, maxBytes: limits.bytes });
    expect(collected).toMatchObject({ ok: true, changed: false });
  });

  test('a result above the limit is told', async () => {
    await git.checkout({ bare, commit: start, workspace });
    write('big', Buffer.from(Array.from({ length: 50_000 }, () => Math.floor(Math.random() * 256))));
    expect(await git.collect({ bare, start, workspace, maxBytes: 10_000 })).toMatchObject({
      ok: false,
      reason: 'too_large',
    });
  });

  test('a file is read up to its limit', async () => {
    write('report.xml', '<x/>');
    expect(await git.read({ workspace, path: 'report.xml', maxBytes: 4 })).toEqual(Buffer.from('<x/>'));
    expect(await git.read({ workspace, path: 'report.xml', maxBytes: 3 })).toBeNull();
    expect(await git.read({ workspace, path: 'missing', maxBytes: 3 })).toBeNull();
  });
};

describe.skipIf(!boxed)(`in a box${skipped}`, () => {
  const git = createWorkspaceGit({ sandbox });
  suite(git);

  test('what the agent put into .git and .gitattributes never runs', async () => {
    await git.checkout({ bare, commit: start, workspace, repository: true });
    const canary = join(at.directory, 'canary');
    const inside = join(workspace, 'canary');
    const evil = `sh -c 'touch ${canary} ${inside} /tmp/ran; echo ran >&2; cat'`;
    const config = ['[core]', `\tfsmonitor = ${JSON.stringify(evil)}`, `\tsshCommand = ${JSON.stringify(evil)}`];
    const filter = ['[filter "evil"]', `\tclean = ${JSON.stringify(evil)}`, `\tsmudge = ${JSON.stringify(evil)}`];
    write('.git/config', [...config, ...filter, ''].join('\n'));
    mkdirSync(join(workspace, '.git', 'hooks'), { recursive: true });
    write('.git/hooks/pre-commit', `#!/bin/sh\n${evil}\n`);
    chmodSync(join(workspace, '.git', 'hooks', 'pre-commit'), 0o755);
    write('x.f', 'content');
    const collected = await git.collect({ bare, start, workspace, maxBytes: limits.bytes });
    if (!collected.ok || !collected.changed) throw new Error('nothing collected');
    expect([existsSync(canary), existsSync(inside)]).toEqual([false, false]);
    const { bundle } = collected;
    const inspected = await at.store.inspect({ repo: at.repo, bundle, start, limits });
    expect(inspected).toMatchObject({ ok: true, tree: collected.tree });
    expect(inspected.ok && inspected.files.map(({ path }) => path)).toEqual(['x.f']);
  });

  test('a workspace whose .git is a file or a link to the host is only its files', async () => {
    await git.checkout({ bare, commit: start, workspace });
    write('.git', `gitdir: ${join(at.work, '.git')}\n`);
    write('new', 'x');
    expect(await git.collect({ bare, start, workspace, maxBytes: limits.bytes })).toMatchObject({ changed: true });
  });

  test('a repository inside the workspace is refused by inspection', async () => {
    await git.checkout({ bare, commit: start, workspace });
    spawnSync('git', ['clone', '--quiet', at.remote, join(workspace, 'nested')]);
    const collected = await git.collect({ bare, start, workspace, maxBytes: limits.bytes });
    if (!collected.ok || !collected.changed) throw new Error('nothing collected');
    const inspected = await at.store.inspect({ repo: at.repo, bundle: collected.bundle, start, limits });
    expect(inspected).toMatchObject({ ok: false, reason: 'submodule' });
  });

  test('reading follows no link to the host and no pipe', async () => {
    writeFileSync(join(at.directory, 'secret'), 'host-canary');
    symlinkSync(join(at.directory, 'secret'), join(workspace, 'report.xml'));
    spawnSync('mkfifo', [join(workspace, 'pipe')]);
    for (const path of ['report.xml', 'pipe', '../secret']) {
      expect(await git.read({ workspace, path, maxBytes: 1_000 })).toBeNull();
    }
  });
});

describe('without a box', () => {
  suite(createWorkspaceGit({ sandbox: createUnboxed() }));
});
