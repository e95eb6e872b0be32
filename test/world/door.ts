// The one seam into emulate, pinned to 0.12.2 and guarded by door.test.ts: its store, token map and webhook dispatcher.
// Its REST API cannot move a pull request's head or mark it merged, so the world repairs rows in the store instead.
import { readFileSync } from 'node:fs';
import { createEmulator, type SeedConfig } from 'emulate';
import type { Grant, JsonObject } from './contract.ts';
import type { Table, Tables } from './rows.ts';

export interface KnownToken {
  login: string;
  id: number;
  scopes: string[];
  installation?: Grant;
}

/** Called synchronously at each state change, so the order of changes is the order of calls. */
export type DispatchListener = (
  event: string,
  action: string | undefined,
  payload: JsonObject,
  owner: string,
  repoName?: string,
) => void | Promise<void>;

export interface Emulate {
  /** emulate's whole HTTP application, in process. */
  fetch(request: Request): Promise<Response>;
  tokens: Map<string, KnownToken>;
  table<K extends keyof Tables>(name: K): Table<Tables[K]>;
  find<K extends keyof Tables>(name: K, test: (row: Tables[K]) => boolean): Tables[K] | undefined;
}

interface Store {
  collection(name: string): unknown;
}
interface Plugin {
  register(
    app: { fetch(request: Request): Promise<Response> },
    store: Store,
    webhooks: { dispatch: DispatchListener },
    url: string,
    tokens: Map<string, KnownToken>,
  ): void;
}

export class SeamBroken extends Error {
  constructor(what: string) {
    super(
      `emulate changed: ${what}. The local world reaches into emulate 0.12.2 at one place, test/world/door.ts. ` +
        'Pin that version again, or mend the seam there and run test/world/door.test.ts.',
    );
    this.name = 'SeamBroken';
  }
}

/** The chunk with the GitHub plugin stands hidden behind the package's exports; its hashed name is in the entry file. */
async function githubPlugin(): Promise<Plugin> {
  const entry = import.meta.resolve('emulate');
  const chunk = /github: \{[\s\S]*?import\("(\.\/dist-\w+\.js)"\)/.exec(readFileSync(new URL(entry), 'utf8'))?.[1];
  if (!chunk) throw new SeamBroken('its entry file no longer imports the GitHub plugin as a chunk');
  const module: unknown = await import(new URL(chunk, entry).href);
  const plugin = (module as { githubPlugin?: Plugin }).githubPlugin;
  if (typeof plugin?.register !== 'function') throw new SeamBroken('its chunk exports no githubPlugin.register');
  if (plugin.register.length !== 5) throw new SeamBroken('githubPlugin.register no longer takes five arguments');
  return plugin;
}

export async function openEmulate(options: {
  baseUrl: string;
  seed: SeedConfig;
  onDispatch: DispatchListener;
}): Promise<Emulate> {
  const plugin = await githubPlugin();
  const register = plugin.register;
  let door: Emulate | undefined;
  plugin.register = (app, store, webhooks, url, tokens) => {
    register(app, store, webhooks, url, tokens);
    if (typeof webhooks?.dispatch !== 'function') throw new SeamBroken('the plugin gets no webhook dispatcher');
    webhooks.dispatch = options.onDispatch;
    const table: Emulate['table'] = (name) => store.collection(`github.${name}`) as Table<Tables[typeof name]>;
    door = { fetch: (r) => app.fetch(r), tokens, table, find: (name, test) => table(name).all().find(test) };
  };
  try {
    const { baseUrl, seed } = options;
    const emulator = await createEmulator({ service: 'github', port: 0, hostname: '127.0.0.1', baseUrl, seed });
    await emulator.close(); // its own port is not needed: the front calls app.fetch in process
  } finally {
    plugin.register = register;
  }
  if (!door) throw new SeamBroken('createEmulator did not call githubPlugin.register');
  return door;
}
