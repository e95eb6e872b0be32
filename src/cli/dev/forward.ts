// Webhooks from a smee channel to this machine. For development only: the channel's address is all that protects it, and
// smee rebuilds each body from its JSON, so a delivery whose bytes differ from that is refused by the signature check.
import { SmeeClient } from 'smee-client';
import { Permanent } from '../../errors.ts';
import { aborted } from '../aborted.ts';
import type { Io } from '../command.ts';

/**
 * Connected when it resolves, or told to stop before; reconnects by itself after that. Throws Permanent where the channel
 * cannot be reached.
 */
export async function forward(
  channel: string,
  target: string,
  io: Pick<Io, 'out' | 'err' | 'signal'>,
): Promise<{ stop(): Promise<void> }> {
  const client = new SmeeClient({
    source: channel,
    target,
    logger: {
      info: (line: unknown) => io.out(`smee: ${String(line)}`),
      error: (...parts: unknown[]) => io.err(`smee: ${parts.map(shown).join(' ')}`),
    },
    // What goes to our own port must not take the way through a proxy.
    fetch: (url: string | URL, given: RequestInit & { dispatcher?: unknown }) => {
      const { dispatcher, ...direct } = given;
      return fetch(url, String(url).startsWith(target) ? direct : given);
    },
  });
  try {
    await Promise.race([client.start(), aborted(io.signal)]);
  } catch (error) {
    await client.stop();
    throw new Permanent(
      `the channel ${channel} cannot be reached. Check WEBHOOK_PROXY_URL, or take a new one from https://smee.io/new.`,
      { cause: error },
    );
  }
  return { stop: () => client.stop() };
}

const shown = (part: unknown): string =>
  part instanceof Error ? part.message : typeof part === 'object' ? 'the connection was lost' : String(part);
