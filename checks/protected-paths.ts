// Protected paths: an agent's change leaves alone what people reserved, and adds nothing that leads out of its scope.
import { z } from 'zod';
import type { ChangedFile } from '../src/facts/pull-snapshot.ts';
import type { Verdict } from '../src/facts/verdict.ts';
import { defineCheck, fail, failEach, pass, skip } from './contract.ts';

const messages = {
  untouched: 'None of the {files} changed files is protected.',
  'not-ours': 'Protected paths bind agents; people change them under the rules of the repository.',
  touched: 'The change touches {count} protected places.',
  protected:
    '{path} is protected by `{glob}`. Undo the change there; where it is needed, a person makes it in a pull request of their own.',
  symlink: '{path} becomes a symbolic link, which can lead out of the scope. Write the file itself.',
  submodule: '{path} becomes a submodule, which brings code that nobody verified. Take it out.',
} as const;
type Message = keyof typeof messages;

const modes: readonly { mode: string; messageId: Message }[] = [
  { mode: '120000', messageId: 'symlink' },
  { mode: '160000', messageId: 'submodule' },
];

const judge = ({ path, protectedBy, newMode, oldMode }: ChangedFile): Verdict<Message>[] => {
  if (protectedBy !== undefined) return [fail('protected', { path, glob: protectedBy }, [{ path }])];
  const special = modes.find(({ mode }) => newMode === mode && oldMode !== mode);
  return special ? [fail(special.messageId, { path }, [{ path }])] : [];
};

export const protectedPaths = defineCheck({
  name: 'protected-paths',
  summary: 'An agent changes no protected path and adds no symbolic link or submodule.',
  needs: ['kind', 'files'],
  triggers: ['head', 'base', 'policy'],
  options: z.strictObject({}),
  messages,
  evaluate({ kind, files }): Verdict<Message> {
    if (kind !== 'gantry') return skip('not-ours');
    return failEach(files.flatMap(judge), pass('untouched', { files: String(files.length) }), 'touched');
  },
});
