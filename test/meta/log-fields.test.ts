// Every log line in the code uses the one list of field names, and docs/logs.md shows that list.
import { expect, test } from 'vitest';
import { logFields } from '../../src/facts/about.ts';
import { read, shipped } from './project-files.ts';
import { calleeOf, type Node, parseSyntax } from './syntax.ts';

const isNode = (value: unknown): value is Node => typeof value === 'object' && value !== null && 'type' in value;
const property = (value: unknown, key: string): unknown => (isNode(value) ? value[key] : undefined);

/** Names of the fields of object literals that are handed to `log.<level>(…)`, with those spread from literals. */
function fieldsIn(text: string): string[] {
  return parseSyntax(text)
    .nodes.filter((node) => /(^|\.)log(ger)?\.(trace|debug|info|warn|error|fatal)$/.test(calleeOf(node)))
    .flatMap((node) => {
      const [first] = Array.isArray(node.arguments) ? node.arguments : [];
      return namesOf((first as { expression?: unknown } | undefined)?.expression);
    });
}

function namesOf(value: unknown): string[] {
  if (!isNode(value)) return [];
  if (value.type === 'ParenthesisExpression') return namesOf(value.expression);
  if (value.type === 'BinaryExpression') return namesOf(value.right);
  if (value.type !== 'ObjectExpression' || !Array.isArray(value.properties)) return [];
  return value.properties.flatMap((one: unknown) => {
    if (!isNode(one)) return [];
    if (one.type === 'Identifier') return [String(one.value)];
    if (one.type === 'KeyValueProperty') return [String(property(one.key, 'value'))];
    return one.type === 'SpreadElement' || 'arguments' in one ? namesOf(one.arguments) : [];
  });
}

test('log lines use the names of the list, and every name is used', () => {
  const found = shipped().flatMap((file) => fieldsIn(read(file)).map((name) => ({ file, name })));
  expect(found.length).toBeGreaterThan(20);
  expect(found.filter(({ name }) => !Object.hasOwn(logFields, name))).toEqual([]);
});

test('a field with a name of its own is found', () => {
  const text =
    "options.log.info({ run: 1, ...(on && { stream }), 'delivery': x, err: error }, 'text'); log.line({ other: 1 });";
  expect(fieldsIn(text)).toEqual(['run', 'stream', 'delivery', 'err']);
});

test('docs/logs.md lists the fields', async () => {
  const rows = Object.entries(logFields).map(([name, what]) => `| \`${name}\` | ${what} |`);
  const marked = ['<!-- fields -->', '', '| field | what it says |', '|---|---|', ...rows, '', '<!-- /fields -->'].join(
    '\n',
  );
  // `vitest -u` writes the page anew.
  await expect(
    read('docs/logs.md').replace(/<!-- fields -->[\s\S]*<!-- \/fields -->/, () => marked),
  ).toMatchFileSnapshot('../../docs/logs.md');
});
