import { expect, test } from 'vitest';
import { runCli } from '../../../src/cli/main.ts';
import { terminal } from './terminal.ts';

test.each([
  [[], 'say which adapter'],
  [['list'], 'say which adapter'],
  [['test'], 'say which adapter'],
  [['test', 'codex', 'more'], 'say which adapter'],
  [['test', 'no-such-agent'], 'neither an adapter of ours (codex'],
  [['test', 'acp'], '--policy'],
  [['test', 'codex', '--policy', 'none.yml'], 'There is no policy'],
])('adapters %j is told what is missing', async (args, says) => {
  const { io, err } = terminal();
  expect(await runCli(['adapters', ...args], io)).toBe(1);
  expect(err.join('\n')).toContain(says);
});
