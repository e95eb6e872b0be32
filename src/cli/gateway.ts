// `gantry gateway`: the model gateway as a role of its own beside the app, with the same database. Model keys are here only.
import { agents } from '../../adapters/agent/index.ts';
import { openTracer } from '../../adapters/tracer/tracer.ts';
import { startGatewayRole } from '../api/gateway-role.ts';
import { readGatewayEnv } from '../config/gateway-env.ts';
import { Permanent } from '../errors.ts';
import { providersOf } from '../gateway/provider.ts';
import { openJournal } from '../journal/database.ts';
import { createLog } from '../log.ts';
import { aborted } from './aborted.ts';
import { type CliCommand, readArgs } from './command.ts';

export const gateway: CliCommand = {
  name: 'gateway',
  summary: 'Runs the model gateway as a process of its own, with the app’s database: model keys are nowhere else.',
  usage: 'gateway [--port 3001] [--host 127.0.0.1]   (the app has GATEWAY_URL set to it)',
  async run(args, io) {
    const { values } = readArgs(args, { port: { type: 'string' }, host: { type: 'string' } });
    const port = Number(values.port ?? '3001');
    if (!Number.isInteger(port) || port < 0 || port > 65_535)
      throw new Permanent('--port must be a whole number from 0 to 65535; 0 takes a free one.');
    const env = readGatewayEnv(io.env);
    const tracer = await openTracer(env.otlpEndpoint, (why) => log.warn({ why }, 'spans could not be sent'));
    const log = createLog(env.logLevel, undefined, tracer.about);
    const journal = await openJournal({ kind: 'postgres', url: env.databaseUrl }, (error) =>
      log.error({ err: error }, 'the database connection failed'),
    );
    const providers = providersOf(env.modelKeys);
    const http = { port, host: values.host ?? io.env.HOST ?? '127.0.0.1' };
    const role = await startGatewayRole({ journal, agents, providers, tracer, http, log });
    const has = providers.map(({ protocol }) => protocol).join(', ');
    log.info({ url: role.url }, `the gateway is up, with keys for ${has}`);
    await aborted(io.signal);
    await role.close();
    await journal.close();
    await tracer.close();
    return 0;
  },
};
