import fc from 'fast-check';
import { expect, test } from 'vitest';
import { maskTasks, readPhases } from '../../../../src/intake/text/tasks.ts';

const four = `# Tasks

Keep to the house style.

## 1. Rate card

- [ ] 1.1 Read it
- [x] 1.2 Test it

## 2. Quote

- [ ] 2.1 Use it

## Notes

Nothing to do.

## 3) \`cli\`: print <!-- x --> it

- [ ] 3.1 Print
  - [ ] 3.1.1 with a total

## 4. Thoughts

No box here.

## 5. Docs

- [ ] 5.1 Write
`;

test('phases are the numbered sections with tasks, in their order, and no line is lost', () => {
  const phases = readPhases(four);
  expect(phases.map(({ title, tasks }) => ({ title, tasks }))).toEqual([
    { title: 'Rate card', tasks: 2 },
    { title: 'Quote', tasks: 1 },
    { title: '`cli`: print it', tasks: 2 },
    { title: 'Docs', tasks: 1 },
  ]);
  expect(phases[0]?.text).toMatch(/^# Tasks\n\nKeep to the house style[\s\S]*1\.2 Test it$/);
  expect(phases[1]?.text).toMatch(/^## 2\. Quote[\s\S]*Nothing to do\.$/);
  expect(phases[2]?.text).toContain('No box here.');
  const lines = (text: string) => text.split('\n').filter((line) => line !== '');
  expect(phases.flatMap(({ text }) => lines(text))).toEqual(lines(four));
});

test('what only looks like a phase is none', () => {
  expect(readPhases('')).toEqual([]);
  expect(readPhases('- [ ] 1.1 No heading')).toEqual([]);
  expect(readPhases('## Setup\n- [ ] a\n\n## Build\n- [ ] b')).toEqual([]);
  expect(readPhases('### 1. Too deep\n- [ ] a\n\n# 2. Too high\n- [ ] b')).toEqual([]);
  expect(readPhases('```\n## 1. In code\n- [ ] a\n```\n\n> ## 2. Quoted\n> - [ ] b')).toEqual([]);
  expect(readPhases('>'.repeat(60_000))).toEqual([]);
});

test('a ticked box changes no phase', () => {
  const ticked = four.replaceAll('[ ]', '[x]');
  const told = (text: string) =>
    readPhases(text).map(({ title, tasks, text: said }) => [title, tasks, maskTasks(said)]);
  expect(told(ticked)).toEqual(told(four));
});

test('a title is one short line without what nobody sees', () => {
  const [phase] = readPhases(`## 1. A\u202eb${'x'.repeat(300)}\n- [ ] 1.1 a`);
  expect(phase?.title).toMatch(/^Abx+…$/);
  expect(phase?.title).toHaveLength(100);
});

test('any text is read without a throw, and every task of a phased text is in one phase', () => {
  const line = fc.constantFrom(
    '## 1. One',
    '## 2. Two',
    '## Notes',
    '- [ ] a',
    '- [x] b',
    'prose',
    '',
    '> - [ ] q',
    '```',
  );
  fc.assert(
    fc.property(fc.array(line, { maxLength: 30 }), (lines) => {
      const text = lines.join('\n');
      const phases = readPhases(text);
      if (phases.length === 0) return;
      const boxes = (of: string) => of.split('\n').filter((one) => one !== '').length;
      expect(boxes(phases.map((phase) => phase.text).join('\n'))).toBe(boxes(text));
      for (const { tasks } of phases) expect(tasks).toBeGreaterThan(0);
    }),
  );
});
