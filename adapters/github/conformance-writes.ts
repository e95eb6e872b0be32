// What every implementation writes the same way: refusals are answers, and repeating what may be repeated is harmless.
import { expect, test } from 'vitest';
import { Permanent } from '../../src/errors.ts';
import { enter, type OpenScene } from './conformance-scene.ts';

const NOWHERE = 9_999;

export function testWrites(open: OpenScene): void {
  test('comments are written, changed, deleted; one that is gone is an answer', async () => {
    const { github, repo, full, writer: person } = await enter(open);
    const { reader, writer } = github;
    const { number } = await person.openIssue(full, { title: 'Talk' });
    const { id } = await writer.createComment(repo, number, 'first');
    expect(await writer.updateComment(repo, id, 'second')).toBe('done');
    const { slug } = await reader.app();
    expect(await reader.comment(repo, id)).toMatchObject({
      body: 'second',
      author: { login: `${slug}[bot]`, kind: 'bot' },
    });
    expect(await writer.react(repo, id, 'eyes')).toBe('done');
    expect(await writer.react(repo, id, 'eyes')).toBe('done');
    await writer.deleteComment(repo, id);
    await writer.deleteComment(repo, id);
    expect(await writer.updateComment(repo, id, 'third')).toBe('gone');
    expect(await writer.react(repo, id, 'rocket')).toBe('gone');
    await expect(writer.createComment(repo, NOWHERE, 'to nobody')).rejects.toBeInstanceOf(Permanent);
  });

  test('labels and assignees are set as often as wanted', async () => {
    const { github, repo, full, writer: person, other } = await enter(open);
    const { writer } = github;
    const { number } = await person.openIssue(full, { title: 'Mark me' });
    await writer.addLabel(repo, number, 'ai-blocked');
    await writer.addLabel(repo, number, 'ai-blocked');
    await writer.assign(repo, number, [other.login]);
    const issue = await person.issue(full, number);
    expect(issue.labels.map(({ name }) => name)).toEqual(['ai-blocked']);
    expect(issue.assignees.map(({ login }) => login)).toEqual([other.login]);
    await writer.removeLabel(repo, number, 'ai-blocked');
    await writer.removeLabel(repo, number, 'ai-blocked');
    expect((await person.issue(full, number)).labels).toEqual([]);
  });

  test('a pull request is opened once; why not is an answer', async () => {
    const { github, repo, full, writer: person } = await enter(open);
    const { reader, writer } = github;
    await person.push(full, 'gantry/1-greet', { 'a.txt': 'a' });
    const pull = { title: 'Greet', head: 'gantry/1-greet', base: 'main', body: 'Refs #1', draft: true };
    const opened = await writer.createPull(repo, pull);
    if (!('number' in opened)) throw new Error(`refused: ${opened.refused}`);
    expect(await reader.pull(repo, opened.number)).toMatchObject({
      draft: true,
      title: 'Greet',
      author: { kind: 'bot' },
    });
    expect(await writer.createPull(repo, pull)).toMatchObject({ refused: 'exists' });
    expect(await writer.createPull(repo, { ...pull, head: 'main' })).toMatchObject({ refused: 'no_commits' });
    expect(await writer.createPull(repo, { ...pull, head: 'nowhere' })).toMatchObject({ refused: 'no_branch' });
    await writer.updatePull(repo, opened.number, { title: 'Greet everybody', state: 'closed' });
    expect(await reader.pull(repo, opened.number)).toMatchObject({
      title: 'Greet everybody',
      state: 'closed',
      merged: false,
    });
  });

  test('a draft is taken out of draft, or a person has to', async () => {
    const { github, repo, full, writer: person, refuseUndraft } = await enter(open);
    const { reader, writer } = github;
    await person.push(full, 'work', { 'a.txt': 'a' });
    const { number } = await person.openPull(full, { title: 'Work', head: 'work', draft: true });
    const pull = await reader.pull(repo, number);
    expect(await writer.markReady(repo, pull?.nodeId ?? '')).toBe('done');
    expect(await reader.pull(repo, number)).toMatchObject({ draft: false });
    refuseUndraft();
    await person.push(full, 'more', { 'b.txt': 'b' });
    const next = await person.openPull(full, { title: 'More', head: 'more', draft: true });
    expect(await writer.markReady(repo, (await reader.pull(repo, next.number))?.nodeId ?? '')).toBe('refused');
    expect(await reader.pull(repo, next.number)).toMatchObject({ draft: true });
  });

  test('a merge takes exactly the head that it names', async () => {
    const { github, repo, full, writer: person } = await enter(open);
    const { reader, writer } = github;
    const old = await person.push(full, 'work', { 'a.txt': 'a' });
    const { number } = await person.openPull(full, { title: 'Work', head: 'work', draft: true });
    const sha = await person.push(full, 'work', { 'a.txt': 'aa' });
    const merge = (head: string) =>
      writer.merge(repo, number, { sha: head, method: 'squash', title: 'Work (#1)', message: 'Refs #1' });
    expect(await merge(sha)).toMatchObject({ refused: 'not_mergeable' });
    await writer.markReady(repo, (await reader.pull(repo, number))?.nodeId ?? '');
    expect(await merge(old)).toMatchObject({ refused: 'head_moved' });
    const merged = await merge(sha);
    expect(merged).toEqual({ merged: await reader.branch(repo, 'main') });
    expect(await reader.pull(repo, number)).toMatchObject({
      state: 'closed',
      merged: true,
      mergeSha: 'merged' in merged && merged.merged,
    });
    expect(await merge(sha)).toMatchObject({ refused: 'not_mergeable' });
  });

  test('reviewers are asked, or one of them may not review', async () => {
    const { github, repo, full, writer: person, other, stranger } = await enter(open);
    await person.push(full, 'work', { 'a.txt': 'a' });
    const { number } = await person.openPull(full, { title: 'Work', head: 'work' });
    expect(await github.writer.requestReviewers(repo, number, [other.login])).toBe('done');
    expect(await github.writer.requestReviewers(repo, number, [stranger.login])).toBe('refused');
  });

  test('a check run goes from waiting to its conclusion, with any number of annotations and any length of text', async () => {
    const { github, repo, full, writer: person } = await enter(open);
    const { reader, writer } = github;
    const sha = await person.push(full, 'work', { 'a.txt': 'a' });
    const check = { name: 'harness/gate', title: 'Waiting', summary: 'for the layers' };
    const { id } = await writer.createCheckRun(repo, sha, { ...check, status: 'in_progress', externalId: 'run-1' });
    expect(await reader.checkRuns(repo, sha)).toEqual([
      { id, name: 'harness/gate', headSha: sha, externalId: 'run-1', status: 'in_progress', conclusion: undefined },
    ]);
    const annotations = Array.from({ length: 120 }, (_, nth) => {
      return {
        path: 'a.txt',
        startLine: nth + 1,
        endLine: nth + 1,
        level: 'failure' as const,
        message: `wrong ${nth}`,
      };
    });
    await writer.updateCheckRun(repo, id, {
      ...check,
      status: 'completed',
      conclusion: 'failure',
      summary: 'line\n'.repeat(20_000),
      annotations,
      actions: [{ label: 'Retry', description: 'Run it again', identifier: 'retry' }],
    });
    const again = await writer.createCheckRun(repo, sha, {
      ...check,
      name: 'harness/unit',
      status: 'completed',
      conclusion: 'success',
    });
    expect(await reader.checkRuns(repo, sha)).toMatchObject([
      { id, conclusion: 'failure' },
      { id: again.id, conclusion: 'success' },
    ]);
    expect(await reader.checkRuns(repo, sha, { name: 'harness/unit' })).toMatchObject([{ id: again.id }]);
    expect(await reader.checkRuns(repo, sha, { name: 'harness/none' })).toEqual([]);
  });

  test('a workflow is dispatched, seen, cancelled; what cannot be dispatched is for a person', async () => {
    const { github, repo } = await enter(open);
    const { reader, writer } = github;
    const since = new Date(Date.now() - 60_000).toISOString().replace(/\.\d+Z$/, 'Z');
    const { runId } = await writer.dispatchWorkflow(repo, 'gantry.yml', 'main', { run: 'r-17' });
    expect(runId).toBeTypeOf('number');
    const { botLogin } = await reader.self();
    expect(await reader.workflowRun(repo, runId ?? 0)).toMatchObject({
      id: runId,
      attempt: 1,
      displayTitle: 'r-17',
      event: 'workflow_dispatch',
      headBranch: 'main',
      actor: { login: botLogin, kind: 'bot' },
    });
    expect(await reader.workflowRuns(repo, 'gantry.yml', since)).toMatchObject([{ id: runId }]);
    expect(await reader.workflowRuns(repo, 'gantry.yml', '2100-01-01T00:00:00Z')).toEqual([]);
    expect(await reader.workflowRuns(repo, 'other.yml', since)).toEqual([]);
    expect(await writer.cancelRun(repo, runId ?? 0)).toBe('accepted');
    await expect
      .poll(() => reader.workflowRun(repo, runId ?? 0), { timeout: 20_000 })
      .toMatchObject({
        status: 'completed',
        conclusion: 'cancelled',
      });
    expect(await writer.cancelRun(repo, runId ?? 0)).toBe('finished');
    expect(await reader.workflowRun(repo, NOWHERE)).toBeUndefined();
    await expect(writer.dispatchWorkflow(repo, 'gantry.yml', 'main', {})).rejects.toMatchObject({
      messageId: 'dispatch_refused',
    });
    await expect(writer.dispatchWorkflow(repo, 'other.yml', 'main', {})).rejects.toMatchObject({
      messageId: 'workflow_missing',
    });
  });

  test('git gets a token of its own, good for an hour at most', async () => {
    const { github, repo } = await enter(open);
    const [read, write] = [await github.writer.gitAuth(repo, 'read'), await github.writer.gitAuth(repo, 'write')];
    expect(read.token).not.toBe(write.token);
    expect(Date.parse(write.expiresAt) - Date.now()).toBeLessThanOrEqual(3_600_000 + 5_000);
  });
}
