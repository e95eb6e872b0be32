// YAML text to plain data, with the line of every key. No alias is resolved: a few nested ones expand to gigabytes.
import { isMap, isNode, isScalar, LineCounter, parseDocument, visit } from 'yaml';

export type Path = readonly PropertyKey[];
export type YamlProblem = { line: number; message: string };

/** `data` is undefined where there are problems. `lineOf`: the line of the key at the path, or of its nearest ancestor. */
export type YamlRead = { data: unknown; problems: YamlProblem[]; lineOf(path: Path): number };

/** Throws RangeError where the text is nested deeper than the stack; the caller bounds the length. */
export const readYaml = (text: string): YamlRead => {
  const lines = new LineCounter();
  const document = parseDocument(text, { lineCounter: lines, prettyErrors: false, stringKeys: true });
  const lineAt = (offset: number): number => Math.max(1, lines.linePos(offset).line);
  const problems = [...document.errors, ...document.warnings].map(({ pos, message }) => ({
    line: lineAt(pos[0]),
    message: message.split('\n', 1)[0] ?? message,
  }));
  visit(document, {
    Alias: (_key, alias) => {
      const message = `the alias \`*${alias.source.slice(0, 40)}\` is not read here: write the value out`;
      problems.push({ line: lineAt(alias.range?.[0] ?? 0), message });
    },
  });
  const lineOf = (path: Path): number => {
    let node: unknown = document.contents;
    let offset = document.contents?.range[0] ?? 0;
    for (const key of path) {
      const pair = isMap(node) ? node.items.find((item) => isScalar(item.key) && item.key.value === key) : undefined;
      const next: unknown = pair
        ? pair.value
        : isNode(node) && 'items' in node
          ? node.items[Number(String(key))]
          : undefined;
      const start = isNode(pair?.key) ? pair.key.range?.[0] : isNode(next) ? next.range?.[0] : undefined;
      if (start === undefined) break;
      offset = start;
      node = next;
    }
    return lineAt(offset);
  };
  return { data: problems.length > 0 ? undefined : document.toJS(), problems, lineOf };
};
