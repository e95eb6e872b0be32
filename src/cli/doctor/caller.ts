// The caller workflow of a repository: is it there, pinned, at the expected commit, and does it name this server?
import { parse } from 'yaml';
import { z } from 'zod';
import { printable } from '../printable.ts';
import { type Finding, ok, open, wrong } from './finding.ts';

export const callerPath = '.github/workflows/gantry.yml';

const Caller = z.object({
  on: z.object({ workflow_dispatch: z.unknown() }),
  jobs: z.record(
    z.string(),
    z.object({ uses: z.string().optional(), with: z.object({ server: z.string() }).optional() }),
  ),
});

/** What a caller names; `ref` is whatever stands after the @. */
export type CallerRead = { owner: string; ref: string; server: string };

/** Undefined for what is no caller of Gantry. */
export function readCaller(text: string): CallerRead | undefined {
  let data: unknown;
  try {
    data = parse(text, { maxAliasCount: 50 });
  } catch {
    // No YAML, so no workflow that GitHub would run either: the caller is told so.
    return undefined;
  }
  const read = Caller.safeParse(data);
  for (const job of Object.values(read.data?.jobs ?? {})) {
    const match = /^([\w-]+)\/gantry\/\.github\/workflows\/gantry\.yml@(.+)$/.exec(job.uses ?? '');
    if (match?.[1] && match[2]) return { owner: match[1], ref: match[2], server: job.with?.server ?? '' };
  }
  return undefined;
}

/** `undefined`: nobody could say which commit, or which server, is expected. */
export type Expected = { pin: string | undefined; server: string | undefined };

export function judgeCaller(text: string | undefined, expected: Expected): Finding[] {
  if (text === undefined)
    return [
      wrong(
        'workflow',
        `${callerPath} is not on the default branch`,
        'Run `gantry init` in a checkout and merge what it writes',
      ),
    ];
  const caller = readCaller(text);
  const renew = `gantry init --only workflow --force --pin ${expected.pin ?? 'SHA'}`;
  if (!caller)
    return [
      wrong('workflow', `${callerPath} does not call Gantry's workflow`, `Run \`${renew}\` and merge the change`),
    ];
  return [pinned(caller, expected.pin, renew), sameServer(caller, expected.server, renew)];
}

function pinned({ owner, ref }: CallerRead, pin: string | undefined, renew: string): Finding {
  if (!/^[0-9a-f]{40}$/.test(ref))
    return wrong(
      'workflow',
      `it calls ${owner}/gantry at ${printable(ref, 60)}, which can change under you`,
      `Run \`${renew}\` and merge the change`,
    );
  if (pin === undefined)
    return open(
      'workflow',
      `pinned to ${ref}; whether that is the newest was not checked`,
      'Name the commit with --pin, or install the App on your mirror of Gantry',
    );
  return ref === pin
    ? ok('workflow', `pinned to ${ref}`)
    : wrong(
        'workflow',
        `pinned to ${ref.slice(0, 12)}, expected is ${pin.slice(0, 12)}`,
        `Run \`${renew}\` and merge the change`,
      );
}

function sameServer({ server }: CallerRead, expected: string | undefined, renew: string): Finding {
  const named = printable(server, 100);
  if (expected === undefined)
    return open('workflow', `it reports to ${named}; the settings do not say whether that is this server`);
  if (server.replace(/\/+$/, '') === expected) return ok('workflow', `it reports to ${named}`);
  return wrong(
    'workflow',
    `it reports to ${named}, PUBLIC_URL is ${expected}`,
    `Run \`${renew} --server ${expected}\` and merge the change`,
  );
}
