// An agent's conversation across runs: taken out of its home in a box when it has ended, and put into the next one's in a
// box before that starts. The archive is hostile; of it, only what the adapter names is unpacked.
import type { Installation } from '../../../adapters/agent/contract.ts';
import type { Box, Limits } from '../../../adapters/sandbox/contract.ts';
import { Permanent } from '../../errors.ts';
import { type Conversation, isConversationId, mostConversationBytes } from '../../facts/conversation.ts';
import type { RunContext } from '../context.ts';

type Context = Pick<RunContext, 'sandbox' | 'session' | 'log'>;

const limits: Limits = {
  wallSeconds: 60,
  memoryBytes: 2 ** 28,
  processes: 16,
  cpus: 1,
  fileBytes: mostConversationBytes,
  diskBytes: 2 ** 30,
  outputBytes: mostConversationBytes,
};

const boxOf = (home: string, writable: boolean): Box => ({
  mounts: [{ path: home, writable }],
  toolchains: [],
  cwd: home,
  env: ({ tmp }) => ({ PATH: '/usr/local/bin:/usr/bin:/bin', TMPDIR: tmp, LANG: 'C.UTF-8' }),
  limits,
});

/** Plain files only: a link would mean something else where it is unpacked. The patterns are the adapter's, not the agent's. */
const packing = (patterns: readonly string[]) =>
  `find . -type f \\( ${patterns.map((pattern) => `-path './${pattern}/*'`).join(' -o ')} \\) -print0 |
  tar --create --null --no-recursion --hard-dereference --files-from=-`;

/**
 * One folder after the other, because tar fails where one that is asked for is not in the archive. Fails where none is.
 * tar refuses members that climb out by `..` or through a link that it has just unpacked.
 */
const unpacking = (patterns: readonly string[]) => `cat > "$TMPDIR/archive" || exit 2
found=1
for folder in ${patterns.map((pattern) => `'./${pattern}/*'`).join(' ')}; do
  tar --list --file "$TMPDIR/archive" --wildcards "$folder" > /dev/null 2>&1 || continue
  tar --extract --file "$TMPDIR/archive" --no-same-owner --no-same-permissions --wildcards "$folder" || exit 2
  found=0
done
exit $found`;

/** False where the archive could not be read; the run then begins anew. */
export async function restoreConversation(
  { sandbox, session, log }: Context,
  { artifact }: Conversation,
  { home, patterns }: { home: string; patterns: readonly string[] },
): Promise<boolean> {
  const archive = await downloaded(session, artifact);
  if (archive === undefined) return false;
  const ended = await sandbox.run(boxOf(home, true), ['/bin/sh', '-c', unpacking(patterns)], { stdin: archive });
  if (ended.exitCode === 0) return true;
  log.quote(ended.stderr.toString('utf8').slice(-500));
  return false;
}

/** What cannot be had any more costs the agent its memory, never the run. */
async function downloaded(session: Context['session'], artifact: string): Promise<Buffer | undefined> {
  try {
    return await session.download(artifact);
  } catch (error) {
    if (error instanceof Permanent) return undefined;
    throw error;
  }
}

type Left = { home: string; patterns: readonly string[]; id: string; installation: Pick<Installation, 'version'> };

/** Never rejects: what cannot be kept costs the next run its memory, never this one its work. */
export async function keepConversation(context: Context, left: Left): Promise<Conversation | undefined> {
  try {
    return await packed(context, left);
  } catch (error) {
    context.log.line(`The agent's conversation is not kept: ${error instanceof Error ? error.message : String(error)}`);
    return undefined;
  }
}

/** Undefined where there is nothing to keep, or too much. */
async function packed(
  { sandbox, session, log }: Context,
  { home, patterns, id, installation }: Left,
): Promise<Conversation | undefined> {
  const ended = await sandbox.run(boxOf(home, false), ['/bin/sh', '-c', packing(patterns)]);
  if (ended.exitCode !== 0 || ended.truncated) {
    log.line(`The agent's conversation is not kept: ${ended.truncated ? 'it is too large' : 'it could not be read'}.`);
    return undefined;
  }
  // An archive of nothing begins with zeros.
  if (ended.stdout[0] === 0 || !isConversationId(id)) return undefined;
  return { artifact: await session.upload('conversation', ended.stdout), id, version: installation.version };
}
