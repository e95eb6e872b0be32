// Held against the recorded payloads of GitHub in @octokit/webhooks-examples: what every recorded example of an event
// has, ours has too, two levels deep.
import { readFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { expect, test } from 'vitest';
import type { JsonObject } from './contract.ts';
import { asInstallation, type Heard, listenTo, openWorld } from './world-kit.ts';

const REPO = 'acme/app';
const file = createRequire(import.meta.url).resolve('@octokit/webhooks-examples');
const examples = JSON.parse(readFileSync(file, 'utf8')) as { name: string; examples: JsonObject[] }[];

/** Fields that GitHub has since dropped, or sends only to some installations or for some issues. */
const GONE =
  /^(installation|organization|issue\.draft|repository\.(has_discussions|pushed_at|organization|master_branch|stargazers)|.*\.ldap_dn)$/;

function keysOf(payload: unknown, depth: number, prefix = ''): string[] {
  if (payload === null || typeof payload !== 'object' || Array.isArray(payload)) return [];
  return Object.entries(payload).flatMap(([key, value]) => {
    const name = prefix + key;
    return depth > 1 ? [name, ...keysOf(value, depth - 1, `${name}.`)] : [name];
  });
}

function alwaysThere({ event, payload }: Heard): string[] {
  const recorded = examples.find((e) => e.name === event)?.examples ?? [];
  const same = recorded.filter((e) => e.action === payload.action).map((e) => new Set(keysOf(e, 2)));
  const [first = new Set<string>(), ...rest] = same;
  return [...first].filter((key) => rest.every((keys) => keys.has(key)) && !GONE.test(key));
}

/** `issue.x` is not missing where our `issue` is null. */
function missing(heard: Heard): string[] {
  const ours = new Set(keysOf(heard.payload, 2));
  const parentIsObject = (key: string) => {
    const [parent = '', child] = key.split('.');
    return child === undefined || (heard.payload[parent] !== null && typeof heard.payload[parent] === 'object');
  };
  return alwaysThere(heard).filter((key) => !ours.has(key) && parentIsObject(key));
}

test('the webhooks of a working day have every field of the recorded ones', async () => {
  const world = await openWorld();
  const { heard } = await listenTo(world);
  const [mona, will] = [world.person('mona'), world.person('will')];
  const { ask } = await asInstallation(world);
  await mona.openIssue(REPO, { title: 'x', body: 'a', labels: ['bug'] });
  await mona.editIssue(REPO, 1, { body: 'b' });
  const comment = await mona.comment(REPO, 1, '/harness help');
  await mona.editComment(REPO, comment.id, 'changed');
  await mona.deleteComment(REPO, comment.id);
  await mona.push(REPO, 'work', { 'a.txt': 'one\n' });
  await mona.openPull(REPO, { title: 'Work', head: 'work' });
  const sha = await mona.push(REPO, 'work', { 'a.txt': 'two\n' });
  await mona.editPull(REPO, 2, { title: 'Better' });
  await will.review(REPO, 2, 'APPROVE');
  const check = await ask<{ id: number }>('POST', `/repos/${REPO}/check-runs`, { name: 'harness/gate', head_sha: sha });
  await ask('PATCH', `/repos/${REPO}/check-runs/${check.json.id}`, { conclusion: 'success' });
  await world.pressButton(REPO, check.json.id, 'retry', 'mona');
  await ask('PUT', `/repos/${REPO}/pulls/2/merge`, { merge_method: 'squash', sha });
  await mona.closeIssue(REPO, 1);
  await world.settle();
  const faulty = heard.map((h) => [h.name, missing(h)] as const).filter(([, keys]) => keys.length > 0);
  expect(Object.fromEntries(faulty)).toEqual({});
  expect(new Set(heard.map((h) => h.name)).size).toBe(16);
});
