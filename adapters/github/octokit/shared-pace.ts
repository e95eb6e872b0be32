// The pace of writes, shared by all replicas through Redis. Where Redis does not answer, each replica keeps the pace alone:
// together they may then be too fast, and GitHub's own limits, which are obeyed as always, have the last word.
import Bottleneck from 'bottleneck';
import { Redis } from 'ioredis';
import type { Logger } from 'pino';

/** As plugin-throttling asks for a turn: it waits for one, and works afterwards. */
type Turns = { key(id: string): { schedule(options: object, turn: () => Promise<void>): Promise<void> } };
export type Pace = { write: Turns; notifications: Turns; search: Turns };

/** Milliseconds between two turns: plugin-throttling's own numbers, from GitHub's best practices. */
const spacing = { write: 1_000, notifications: 3_000, search: 2_000 } satisfies Record<keyof Pace, number>;
/** Redis forgets the pace of an installation that was not heard of for so long. */
const forgottenMs = 120_000;
/** A turn that was taken by a process that died is given back. */
const turnMs = 60_000;

/** `id`: replicas of one App share, Apps do not. */
export function createSharedPace(url: string, id: string, log: Pick<Logger, 'debug' | 'info' | 'warn'>): Pace {
  const client = new Redis(url, {
    // A command that cannot be sent now fails now: nobody waits for Redis to come back.
    enableOfflineQueue: false,
    maxRetriesPerRequest: 0,
    commandTimeout: 2_000,
    retryStrategy: (times) => Math.min(times * 200, 5_000),
  });
  const connection = new Bottleneck.IORedisConnection({ client });
  let up = false;
  let lose: (error: Error) => void = () => {};
  let lost = new Promise<never>(() => {});
  client.on('ready', () => {
    up = true;
    lost = new Promise((_, reject) => {
      lose = reject;
    });
    // Nobody may be waiting for a turn when it is lost.
    lost.catch(() => {});
    log.info({}, 'the pace of requests is shared through Redis');
  });
  client.on('close', () => {
    if (up) log.warn({}, 'Redis is gone: this replica keeps the pace of requests alone until it is back');
    up = false;
    lose(new Error('Redis is gone'));
  });
  connection.on('error', (error: unknown) => log.debug({ err: error }, 'Redis failed'));

  const turnsOf = (kind: keyof Pace): Turns => {
    const limits = { maxConcurrent: 1, minTime: spacing[kind], timeout: forgottenMs };
    const share = () => {
      const group = new Bottleneck.Group({ id: `gantry-${id}-${kind}`, connection, ...limits });
      group.on('error', (error: unknown) => log.debug({ err: error }, 'Redis failed'));
      return group;
    };
    let shared = share();
    // A Redis that comes back may be empty, and limiters that were made in it before do not find themselves any more.
    client.on('ready', () => {
      shared = share();
    });
    const own = new Bottleneck.Group({ id: `gantry-${id}-${kind}-own`, ...limits });
    return {
      key: (installation) => ({
        async schedule(options, turn) {
          if (up) {
            const waited = shared.key(installation).schedule({ ...options, expiration: turnMs }, turn);
            const took = await Promise.race([waited, lost]).then(
              () => true,
              (error: unknown) => {
                log.warn({ err: error }, 'a turn could not be asked for in Redis');
                // It was given up: whatever becomes of it in Redis, the turn is taken here.
                waited.catch(() => {});
                return false;
              },
            );
            if (took) return;
          }
          await own.key(installation).schedule(options, turn);
        },
      }),
    };
  };
  return { write: turnsOf('write'), notifications: turnsOf('notifications'), search: turnsOf('search') };
}
