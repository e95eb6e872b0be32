// `gantry controls`: what keeps Gantry still, by whom and why; with --all the whole history.
import { z } from 'zod';
import { ControlAnswer } from '../api/wire-control.ts';
import { askApi } from './ask-api.ts';
import { type CliCommand, readArgs } from './command.ts';
import { printable } from './printable.ts';

export const controls: CliCommand = {
  name: 'controls',
  summary: 'Lists what keeps a running Gantry still.',
  usage: 'controls [--all] [--json]',
  async run(args, io) {
    const { values } = readArgs(args, { all: { type: 'boolean' }, json: { type: 'boolean' } });
    const path = `/controls?limit=200&state=${values.all ? 'all' : 'standing'}`;
    const { items } = await askApi(io, { path, scope: 'read' }, z.object({ items: z.array(ControlAnswer) }));
    if (values.json) io.out(JSON.stringify(items, null, 2));
    else if (items.length === 0) io.out(values.all ? 'Nothing was ever paused.' : 'Nothing is paused.');
    else for (const item of items) io.out(controlLine(item));
    return 0;
  },
};

export function controlLine({ id, scope, mode, by, why, at, until, lifted }: z.infer<typeof ControlAnswer>): string {
  const end = lifted
    ? `lifted ${lifted.at} by ${lifted.by}: ${lifted.why}`
    : until
      ? `until ${until}`
      : 'until it is lifted';
  return printable(
    `${id}  ${scope}  ${mode === 'read_only' ? 'read-only' : mode}  since ${at} by ${by}: ${why}  (${end})`,
  );
}
