// Finds credentials in added lines. What comes back says where and which kind; the credential itself stays here.
import { lintSource } from '@secretlint/core';
import { rules } from '@secretlint/secretlint-rule-preset-recommend';
import type { SecretFinding } from '../../facts/pull-snapshot.ts';

/** One added line of a diff; `line` counts from 1 in the head's file. */
export type AddedLine = { path: string; line: number; text: string };

/** This rule lets a comment in the code switch the scanner off, and whoever wrote the code is not trusted. */
const scanners = rules.filter(({ meta }) => !meta.id.endsWith('-filter-comments'));
const config = { rules: scanners.map((rule) => ({ id: rule.meta.id, rule })) };

/** Longer lines are minified or data; a line is scanned in overlapping pieces so that a rule cannot take minutes. */
const longestPiece = 20_000;
const overlap = 2_000;

const piecesOf = (text: string): string[] => {
  if (text.length <= longestPiece) return [text];
  const pieces: string[] = [];
  for (let at = 0; at < text.length; at += longestPiece - overlap) pieces.push(text.slice(at, at + longestPiece));
  return pieces;
};

/** Lines that follow each other are scanned as one text: a private key spans lines. */
const runsOf = (lines: readonly AddedLine[]): AddedLine[][] => {
  const runs: AddedLine[][] = [];
  const sorted = [...lines].sort((left, right) =>
    left.path === right.path ? left.line - right.line : left.path < right.path ? -1 : 1,
  );
  for (const line of sorted) {
    const run = runs.at(-1);
    const last = run?.at(-1);
    if (run && last?.path === line.path && last.line + 1 === line.line) run.push(line);
    else runs.push([line]);
  }
  return runs;
};

const scan = async (path: string, content: string): Promise<{ line: number; rule: string }[]> => {
  const source = { filePath: path, content, ext: '', contentType: 'text' as const };
  const { messages } = await lintSource({ source, options: { config, maskSecrets: true, noPhysicFilePath: true } });
  return messages.map(({ ruleId, loc }) => ({
    line: loc.start.line,
    rule: ruleId.replace('@secretlint/secretlint-rule-', ''),
  }));
};

/** Findings by path and line, each place and rule once. Throws what the scanner throws: then the secrets are unreadable. */
export const findSecrets = async (lines: readonly AddedLine[]): Promise<SecretFinding[]> => {
  const found = new Map<string, SecretFinding>();
  for (const run of runsOf(lines)) {
    const [first] = run;
    if (!first) continue;
    const pieces = run.flatMap(({ line, text }) => piecesOf(text).map((piece) => ({ line, piece })));
    for (const { line, rule } of await scan(first.path, pieces.map(({ piece }) => piece).join('\n'))) {
      const finding = { path: first.path, line: pieces[line - 1]?.line ?? first.line, rule };
      found.set(JSON.stringify(finding), finding);
    }
  }
  return [...found.values()];
};
