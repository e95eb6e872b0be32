// The issues of the fixtures: a ready one, and one that nobody could work on.
import { readFileSync } from 'node:fs';
import path from 'node:path';
import { root } from '../scene/our-repository.ts';

export const readyIssue = textOf('ready.md');
export const thinIssue = textOf('thin.md');

function textOf(file: string): { title: string; body: string } {
  const [first = '', ...rest] = readFileSync(path.join(root, 'test/fixtures/issues', file), 'utf8').split('\n');
  return { title: first.replace(/^#\s*/, ''), body: rest.join('\n').trim() };
}
