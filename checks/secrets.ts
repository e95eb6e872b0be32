// Secrets: no credential in the lines that a pull request adds, whoever made it.
import { z } from 'zod';
import type { Verdict } from '../src/facts/verdict.ts';
import { defineCheck, fail, failEach, pass } from './contract.ts';

const messages = {
  clean: 'No credential was found in the added lines.',
  leaked:
    'The added lines hold {count} credentials. Whoever can read the branch has them now: revoke them first, then take them out.',
  found: 'A credential ({rule}) in {path}, line {line}. Revoke it where it was issued, then remove it from the branch.',
} as const;
type Message = keyof typeof messages;

export const secrets = defineCheck({
  name: 'secrets',
  summary: 'The added lines hold no credential.',
  needs: ['secrets'],
  triggers: ['head', 'base'],
  options: z.strictObject({}),
  messages,
  evaluate({ secrets: findings }): Verdict<Message> {
    const found = findings.map(({ path, line, rule }) =>
      fail('found', { path, line: String(line), rule }, [{ path, line }]),
    );
    return failEach(found, pass('clean'), 'leaked');
  },
});
