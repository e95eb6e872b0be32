import { expect, test } from 'vitest';
import { asInstallation, listenTo, openWorld } from './world-kit.ts';

const REPO = 'acme/app';

test('a pull request follows its branch and merges what is there now', async () => {
  const world = await openWorld();
  const { heard } = await listenTo(world);
  const [mona, will] = [world.person('mona'), world.person('will')];
  await mona.openIssue(REPO, { title: 'Greet' });
  await mona.push(REPO, 'work', { 'a.txt': 'one\n' });
  const pull = await mona.openPull(REPO, { title: 'Greet', head: 'work', body: 'Closes #1' });
  expect(pull).toMatchObject({ mergeable_state: 'clean', changed_files: 1, additions: 1 });
  const head = await mona.push(REPO, 'work', { 'b.txt': 'two\n' });
  await will.putFile(REPO, 'main.txt', 'meanwhile\n');
  expect((await mona.pull(REPO, 2)).head.sha).toBe(head);
  const files = (await mona.request<{ filename: string; patch: string }[]>('GET', `/repos/${REPO}/pulls/2/files`)).json;
  expect(files.map((f) => f.filename)).toEqual(['a.txt', 'b.txt']);
  expect(files[0]?.patch).toContain('+one');

  const { ask } = await asInstallation(world);
  const merge = `/repos/${REPO}/pulls/2/merge`;
  expect((await ask('PUT', merge, { sha: pull.head.sha })).status).toBe(409);
  const merged = await ask<{ sha: string }>('PUT', merge, {
    sha: head,
    merge_method: 'squash',
    commit_title: 'Greet (#2)',
  });
  expect(merged.status).toBe(200);
  expect((await ask('PUT', merge, {})).status).toBe(405);
  expect(await mona.readFile(REPO, 'b.txt')).toBe('two\n');
  expect(await mona.readFile(REPO, 'main.txt')).toBe('meanwhile\n');
  expect((await world.git(REPO, ['log', '-1', '--format=%s %P', 'main'])).split(' ').length).toBe(3);
  expect(await mona.issue(REPO, 1)).toMatchObject({ state: 'closed', state_reason: 'completed' });
  await world.settle();
  const names = heard.map((h) => h.name);
  expect(names.slice(0, 5)).toEqual([
    'issues.opened',
    'push',
    'pull_request.opened',
    'push',
    'pull_request.synchronize',
  ]);
  expect(names.slice(-3)).toEqual(['pull_request.closed', 'push', 'issues.closed']);
  expect(heard.at(-1)?.payload.sender).toMatchObject({ login: 'gantry[bot]' });
});

test.each(['merge', 'rebase'])('%s keeps the commits', async (merge_method) => {
  const world = await openWorld();
  const mona = world.person('mona');
  await mona.push(REPO, 'work', { 'a.txt': 'one\n' }, { message: 'First' });
  await mona.push(REPO, 'work', { 'a.txt': 'two\n' }, { message: 'Second' });
  await mona.putFile(REPO, 'main.txt', 'meanwhile\n', { message: 'Meanwhile' });
  const { number } = await mona.openPull(REPO, { title: 'Work', head: 'work' });
  await mona.merge(REPO, number, { merge_method });
  const log = (await world.git(REPO, ['log', '--format=%s', '--first-parent', 'main'])).trim().split('\n');
  const merged = merge_method === 'merge' ? ['Merge pull request #1 from acme/work'] : ['Second', 'First'];
  expect(log).toEqual([...merged, 'Meanwhile', 'Initial commit']);
  expect(await mona.readFile(REPO, 'a.txt')).toBe('two\n');
});

test('protection is obeyed: checks by the newest run, approvals by writers who are not the author', async () => {
  const world = await openWorld();
  const [mona, will, tess] = [world.person('mona'), world.person('will'), world.person('tess')];
  await world.person('root-admin').protect(REPO, 'main', { checks: ['harness/gate'], approvals: 1 });
  const sha = await mona.push(REPO, 'work', { 'a.txt': 'one\n' });
  await mona.openPull(REPO, { title: 'Work', head: 'work' });
  const { ask } = await asInstallation(world);
  const check = (conclusion: string) =>
    ask('POST', `/repos/${REPO}/check-runs`, { name: 'harness/gate', head_sha: sha, conclusion });
  const refusal = async () =>
    (await will.request<{ message: string }>('PUT', `/repos/${REPO}/pulls/1/merge`, {})).json.message;
  expect(await refusal()).toContain('"harness/gate" is expected');
  await check('success');
  await check('failure');
  expect(await refusal()).toContain('"harness/gate" is failure');
  await check('success');
  expect((await mona.request('POST', `/repos/${REPO}/pulls/1/reviews`, { event: 'APPROVE' })).status).toBe(422);
  await tess.review(REPO, 1, 'APPROVE');
  expect(await refusal()).toContain('approving review');
  await will.review(REPO, 1, 'APPROVE');
  expect((await will.pull(REPO, 1)).mergeable_state).toBe('clean');
  expect((await will.merge(REPO, 1)).sha).toMatch(/^[0-9a-f]{40}$/);
  const checks = await mona.checks(REPO, sha);
  expect(checks.map((c) => [c.name, c.conclusion, c.app?.slug])).toEqual([['harness/gate', 'success', 'gantry']]);
  expect((await ask('POST', `/repos/${REPO}/check-runs`, { name: 'x', head_sha: '0'.repeat(40) })).status).toBe(422);
});

test('a required check pinned to an App is not met by another', async () => {
  const world = await openWorld();
  const mona = world.person('mona');
  const required_status_checks = [{ context: 'harness/gate', integration_id: world.app.id }];
  await world.person('root-admin').request('POST', `/repos/${REPO}/rulesets`, {
    name: 'gate',
    enforcement: 'active',
    conditions: { ref_name: { include: ['~DEFAULT_BRANCH'] } },
    rules: [{ type: 'required_status_checks', parameters: { required_status_checks } }],
  });
  const sha = await mona.push(REPO, 'work', { 'a.txt': 'one\n' });
  await mona.openPull(REPO, { title: 'Work', head: 'work' });
  await mona.request('POST', `/repos/${REPO}/statuses/${sha}`, { state: 'success', context: 'harness/gate' });
  expect((await mona.pull(REPO, 1)).mergeable_state).toBe('blocked');
  const { ask } = await asInstallation(world);
  await ask('POST', `/repos/${REPO}/check-runs`, { name: 'harness/gate', head_sha: sha, conclusion: 'success' });
  expect((await mona.pull(REPO, 1)).mergeable_state).toBe('clean');
  const rules = await ask<{ type: string }[]>('GET', `/repos/${REPO}/rules/branches/main`);
  expect(rules.json.map((r) => r.type)).toEqual(['required_status_checks']);
});

test('what GitHub refuses to open is refused: twice, without commits, from nowhere', async () => {
  const world = await openWorld();
  const mona = world.person('mona');
  const open = (head: string) =>
    mona.request<{ errors: { message?: string }[] }>('POST', `/repos/${REPO}/pulls`, {
      title: 'x',
      head,
      base: 'main',
    });
  expect((await open('ghost')).status).toBe(422);
  await mona.push(REPO, 'work', { 'a.txt': 'one\n' });
  expect((await open('work')).status).toBe(201);
  expect((await open('work')).json.errors[0]?.message).toBe('A pull request already exists for acme:work.');
  const { object } = (await mona.request<{ object: { sha: string } }>('GET', `/repos/${REPO}/git/ref/heads/main`)).json;
  await mona.request('POST', `/repos/${REPO}/git/refs`, { ref: 'refs/heads/empty', sha: object.sha });
  expect((await open('empty')).json.errors[0]?.message).toBe('No commits between main and empty');
});

test('a pull request is an issue too: listed, labelled, commented, assigned, reviewed', async () => {
  const world = await openWorld();
  const { heard } = await listenTo(world);
  const mona = world.person('mona');
  await mona.push(REPO, 'work', { 'a.txt': 'one\n' });
  await mona.openPull(REPO, { title: 'Work', head: 'work' });
  const { ask } = await asInstallation(world);
  const path = `/repos/${REPO}/issues/1`;
  expect((await ask('GET', path)).json).toMatchObject({ number: 1, pull_request: { url: expect.any(String) } });
  expect((await ask<unknown[]>('GET', `/repos/${REPO}/issues?state=all`)).json.length).toBe(1);
  await ask('POST', `${path}/labels`, { labels: ['ai-hold'] });
  await ask('POST', `${path}/comments`, { body: 'hello' });
  expect((await ask('POST', `${path}/assignees`, { assignees: ['mona', 'sam'] })).status).toBe(201);
  const reviewers = `/repos/${REPO}/pulls/1/requested_reviewers`;
  expect((await ask('POST', reviewers, { reviewers: ['mona'] })).status).toBe(422);
  expect((await ask('POST', reviewers, { reviewers: ['sam'] })).status).toBe(422);
  expect((await ask('POST', reviewers, { reviewers: ['will'] })).status).toBe(201);
  await mona.editPull(REPO, 1, { title: 'Better work' });
  expect(
    (await ask<unknown[]>('GET', `/repos/${REPO}/commits/${(await mona.pull(REPO, 1)).head.sha}/pulls`)).json.length,
  ).toBe(1);
  await world.settle();
  expect(heard.slice(2).map((h) => h.name)).toEqual([
    'pull_request.labeled',
    'issue_comment.created',
    'pull_request.assigned',
    'pull_request.review_requested',
    'pull_request.edited',
  ]);
  expect(heard[3]?.payload.issue).toMatchObject({ pull_request: { html_url: `${world.url}/${REPO}/pull/1` } });
  expect(heard[5]?.payload.requested_reviewer).toMatchObject({ login: 'will' });
  expect(heard[6]?.payload.changes).toEqual({ title: { from: 'Work' } });
});

test('a fork shares the history, and its pull request has another head repository', async () => {
  const world = await openWorld();
  const { heard } = await listenTo(world);
  const sam = world.person('sam');
  const fork = await sam.fork(REPO);
  const head = await sam.push(fork, 'idea', { 'a.txt': 'by sam\n' });
  const pull = await sam.openPull(REPO, { title: 'An idea', head: 'sam:idea' });
  expect(pull.head).toMatchObject({ sha: head, label: 'sam:idea', repo: { full_name: 'sam/app', fork: true } });
  expect((await world.git(REPO, ['rev-parse', 'refs/pull/1/head'])).trim()).toBe(head);
  const next = await sam.push(fork, 'idea', { 'b.txt': 'more\n' });
  const { ask } = await asInstallation(world);
  expect((await ask('GET', `/repos/${REPO}/pulls/1`)).json).toMatchObject({ head: { sha: next }, changed_files: 2 });
  const made = await ask('POST', `/repos/${REPO}/check-runs`, { name: 'x', head_sha: next, conclusion: 'neutral' });
  expect(made.status).toBe(201);
  await world.settle();
  expect(heard.map((h) => h.name)).toContain('pull_request.synchronize');
  expect((await sam.request('PUT', `/repos/${REPO}/pulls/1/merge`, {})).status).toBe(403);
  await world.person('will').merge(REPO, 1);
  expect(await sam.readFile(REPO, 'a.txt')).toBe('by sam\n');
});
