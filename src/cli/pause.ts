// `gantry pause`: keeps everything, a repository or an adapter still, from now on.
import { PausedAnswer } from '../api/wire-control.ts';
import { Permanent } from '../errors.ts';
import { askApi } from './ask-api.ts';
import { type CliCommand, readArgs } from './command.ts';
import { controlLine } from './controls.ts';

export const pause: CliCommand = {
  name: 'pause',
  summary: 'Starts no new run: everywhere, in a repository, or of an adapter.',
  usage:
    'pause <global | owner/repo | repository:ID | adapter:NAME> --why <text> [--read-only] [--cancel] [--for 90m|2h|3d]',
  async run(args, io) {
    const { values, positionals } = readArgs(
      args,
      {
        why: { type: 'string' },
        'read-only': { type: 'boolean' },
        cancel: { type: 'boolean' },
        for: { type: 'string' },
      },
      true,
    );
    const content = {
      scope: scopeNamed(positionals),
      mode: values['read-only'] ? 'read_only' : 'paused',
      inFlight: values.cancel ? 'cancel' : 'drain',
      why: values.why ?? '',
      ...(values.for !== undefined && { minutes: minutesOf(values.for) }),
    };
    const { control, stopped } = await askApi(io, { path: '/controls', scope: 'pause', content }, PausedAnswer);
    io.out(controlLine(control));
    if (values.cancel) io.out(stopped.length === 0 ? 'No run was live.' : `Ended: ${stopped.join(', ')}`);
    return 0;
  },
};

/** `owner/repo` stands for the repository of that name. */
export function scopeNamed(positionals: readonly string[]): string {
  const [name] = positionals;
  if (name === undefined || positionals.length > 1)
    throw new Permanent('Say what: global, owner/repo, repository:ID or adapter:NAME.');
  return /^[\w.-]+\/[\w.-]+$/.test(name) ? `repository:${name}` : name;
}

const units: Readonly<Record<string, number>> = { m: 1, h: 60, d: 24 * 60 };

function minutesOf(text: string): number {
  const [, count, unit = ''] = /^(\d{1,5})([mhd])$/.exec(text) ?? [];
  if (count === undefined) throw new Permanent('--for takes a whole number of minutes, hours or days: 90m, 2h, 3d.');
  return Number(count) * (units[unit] ?? 1);
}
