// `npm run dev`: real GitHub against this machine, through a smee channel.
import { fileURLToPath } from 'node:url';
import { Permanent } from '../errors.ts';
import { type CliCommand, readArgs } from './command.ts';
import { runDev } from './dev/run-dev.ts';

const app = fileURLToPath(new URL('../main.ts', import.meta.url));

export const dev: CliCommand = {
  name: 'dev',
  summary: 'Starts the app with webhooks from real GitHub, through a smee channel.',
  usage: 'dev   (WEBHOOK_PROXY_URL names the channel; the App sends its webhooks there)',
  async run(args, io) {
    readArgs(args, {});
    const channel = io.env.WEBHOOK_PROXY_URL?.trim();
    if (!channel || !URL.canParse(channel))
      throw new Permanent(
        "WEBHOOK_PROXY_URL is missing or no address. Open https://smee.io/new, put the channel's address into .env, and make it the App's webhook URL (`npm run setup` does).",
      );
    const port = Number(io.env.PORT?.trim() || 3000);
    if (!Number.isInteger(port) || port < 1 || port > 65_535)
      throw new Permanent('PORT must be a fixed port here, from 1 to 65535: webhooks are forwarded to it.');
    return runDev({ app: [app], port, channel, io });
  },
};
