// What every implementation reads the same way: order, absence, and whose words count.
import { expect, test } from 'vitest';
import { enter, type OpenScene } from './conformance-scene.ts';

const NOWHERE = 9_999;

export function testReads(open: OpenScene): void {
  test('roles are live, and a stranger has none worth mentioning', async () => {
    const { github, repo, full, admin, writer, triager, reader, stranger } = await enter(open);
    const role = (login: string) => github.reader.role(repo, login);
    expect(await Promise.all([admin, writer, triager, reader].map(({ login }) => role(login)))).toEqual([
      'admin',
      'write',
      'triage',
      'read',
    ]);
    expect(['none', 'read']).toContain(await role(stranger.login));
    expect(await role('nobody-of-this-name')).toBe('none');
    await admin.setRole(full, triager.login, 'maintain');
    expect(await role(triager.login)).toBe('maintain');
  });

  test('an issue is read with its author; a pull request says that it is one; what is not there is undefined', async () => {
    const { github, repo, full, writer } = await enter(open);
    const { number } = await writer.openIssue(full, { title: 'Greet', body: 'Say hello', labels: ['bug'] });
    expect(await github.reader.issue(repo, number)).toMatchObject({
      number,
      title: 'Greet',
      body: 'Say hello',
      state: 'open',
      author: { id: writer.id, login: writer.login, kind: 'person' },
      labels: ['bug'],
      isPull: false,
    });
    await writer.push(full, 'work', { 'a.txt': 'a' });
    const pull = await writer.openPull(full, { title: 'Work', head: 'work' });
    expect(await github.reader.issue(repo, pull.number)).toMatchObject({ isPull: true, body: '' });
    expect(await github.reader.issue(repo, NOWHERE)).toBeUndefined();
  });

  test('comments come whole and oldest first, and say whether an App had a hand in them', async () => {
    const { github, repo, full, writer } = await enter(open);
    const { number } = await writer.openIssue(full, { title: 'Talk' });
    for (let nth = 0; nth < 103; nth++) await writer.comment(full, number, `comment ${nth}`);
    const { id } = await writer.throughApp().comment(full, number, 'through an App');
    const comments = await github.reader.comments(repo, number);
    expect(comments.map(({ body }) => body)).toEqual([
      ...Array.from({ length: 103 }, (_, nth) => `comment ${nth}`),
      'through an App',
    ]);
    expect(comments[0]).toMatchObject({ viaApp: false, author: { login: writer.login } });
    expect(await github.reader.comment(repo, id)).toMatchObject({ viaApp: true, author: { login: writer.login } });
    await writer.deleteComment(full, id);
    expect(await github.reader.comment(repo, id)).toBeUndefined();
    expect(await github.reader.comments(repo, NOWHERE)).toEqual([]);
  });

  test('a pull request follows its branch, and only pulls of this repository are from a branch of it', async () => {
    const { github, repo, full, writer, stranger } = await enter(open);
    const before = await writer.push(full, 'work', { 'a.txt': 'a' });
    const ours = await writer.openPull(full, { title: 'Work', head: 'work', body: 'Why', draft: true });
    const fork = await stranger.fork(full);
    await stranger.push(fork, 'work', { 'b.txt': 'b' });
    const theirs = await stranger.openPull(full, { title: 'Theirs', head: `${stranger.login}:work` });
    const head = await writer.push(full, 'work', { 'a.txt': 'aa' });

    expect(await github.reader.pull(repo, ours.number)).toMatchObject({
      number: ours.number,
      state: 'open',
      merged: false,
      mergeSha: undefined,
      draft: true,
      head: { sha: head, ref: 'work', repoId: repo.id },
      base: { ref: 'main' },
      author: { login: writer.login },
      body: 'Why',
    });
    expect((await github.reader.pull(repo, theirs.number))?.head.repoId).not.toBe(repo.id);
    expect((await github.reader.openPulls(repo)).map(({ number }) => number)).toEqual([ours.number, theirs.number]);
    expect((await github.reader.openPulls(repo, { head })).map(({ number }) => number)).toEqual([ours.number]);
    expect(await github.reader.openPulls(repo, { head: before })).toEqual([]);
    expect((await github.reader.pullsFrom(repo, 'work')).map(({ number }) => number)).toEqual([ours.number]);
    expect(await github.reader.pullsFrom(repo, 'elsewhere')).toEqual([]);
    expect(await github.reader.pull(repo, NOWHERE)).toBeUndefined();
  });

  test('of a reviewer the last verdict stands, with the commit that was looked at', async () => {
    const { github, repo, full, writer, other, admin } = await enter(open);
    const first = await writer.push(full, 'work', { 'a.txt': 'a' });
    const { number } = await writer.openPull(full, { title: 'Work', head: 'work' });
    await other.review(full, number, 'APPROVE');
    await other.review(full, number, 'COMMENT', 'nice');
    await writer.push(full, 'work', { 'a.txt': 'aa' });
    await admin.review(full, number, 'REQUEST_CHANGES', 'no');
    expect(await github.reader.reviews(repo, number)).toMatchObject([
      { author: { login: other.login }, state: 'approved', commit: first },
      { author: { login: admin.login }, state: 'changes_requested', body: 'no' },
    ]);
  });

  test('files and branches: absent is undefined, a branch may have a slash, a commit reads as it was', async () => {
    const { github, repo, full, writer } = await enter(open);
    const { reader } = github;
    expect(await reader.defaultBranch(repo)).toBe('main');
    const commit = await writer.push(full, 'topic/one', { 'docs/deep/note.md': 'grüß\n' });
    await writer.push(full, 'topic/one', { 'docs/deep/note.md': 'later\n' });
    expect(await reader.textFile(repo, 'docs/deep/note.md', commit)).toEqual({
      blob: expect.stringMatching(/^[0-9a-f]{40}$/),
      text: 'grüß\n',
    });
    expect((await reader.textFile(repo, 'docs/deep/note.md', 'topic/one'))?.text).toBe('later\n');
    expect(await reader.textFile(repo, 'docs/deep/note.md', 'main')).toBeUndefined();
    expect(await reader.textFile(repo, 'docs/deep', 'topic/one')).toBeUndefined();
    expect(await reader.textFile(repo, 'README.md', 'nowhere')).toBeUndefined();
    expect(await reader.branch(repo, 'topic/one')).toMatch(/^[0-9a-f]{40}$/);
    expect(await reader.branch(repo, 'topic')).toBeUndefined();
  });

  test('the App knows itself, where it is installed and what it was given', async () => {
    const { github, repo, app } = await enter(open);
    expect(await github.reader.app()).toEqual(app);
    expect(await github.reader.self()).toEqual({ ...app, botId: expect.any(Number), botLogin: `${app.slug}[bot]` });
    expect(await github.reader.installations()).toMatchObject([{ id: repo.installation, suspended: false }]);
    expect(await github.reader.repositories(repo.installation)).toContainEqual({
      ...repo,
      defaultBranch: 'main',
      archived: false,
    });
  });

  test('failed deliveries are found, read with their payload, and asked for again', async () => {
    const { github, repo, full, writer, settled } = await enter(open);
    const { number } = await writer.openIssue(full, { title: 'Unheard' });
    await settled();
    const { deliveries } = await github.reader.deliveries({ status: 'failure' });
    const lost = deliveries.find(({ event, action }) => event === 'issues' && action === 'opened');
    expect(lost).toMatchObject({ ok: false, redelivery: false, installation: repo.installation });
    const whole = await github.reader.delivery(lost?.id ?? '');
    expect(whole?.payload).toMatchObject({ action: 'opened', issue: { number } });
    expect(await github.writer.redeliver(lost?.id ?? '')).toBe('accepted');
    await settled();
    const again = (await github.reader.deliveries({})).deliveries.filter(({ guid }) => guid === lost?.guid);
    expect(again.map(({ redelivery }) => redelivery)).toContain(true);
    expect(await github.reader.delivery('1')).toBeUndefined();
    expect(await github.writer.redeliver('1')).toBe('gone');
  });

  test('a token that ended before its time is replaced without anybody noticing', async () => {
    const { github, repo, expireTokens } = await enter(open);
    expect(await github.reader.defaultBranch(repo)).toBe('main');
    expireTokens();
    expect(await github.reader.defaultBranch(repo)).toBe('main');
  });
}
