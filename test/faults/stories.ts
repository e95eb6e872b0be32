// Twenty faults of whole stories: each disturbs one main job from label to merge, which must end as the undisturbed one does.
import { sql } from 'kysely';
import type { Dialogue } from '../scenarios/dialogue.ts';
import { during, seeded, shuffled } from '../scenarios/main-job.ts';
import { beside } from '../scenarios/separate.ts';
import type { WorldRequest } from '../world/contract.ts';
import type { FaultKind } from '../world/faults.ts';

/** Does `walk` with the fault in it. */
export type Story = <T>(scene: Dialogue, walk: () => Promise<T>) => Promise<T>;

const writes = ({ method, path }: WorldRequest) => method !== 'GET' && !path.endsWith('/access_tokens');
const lists = ({ method, path }: WorldRequest) => method === 'GET' && /\/(?:comments|pulls)$/.test(path);

/** Every fifth request of that kind, ten times: wherever the story stands. */
const nowAndThen =
  (kind: FaultKind, match: (request: WorldRequest) => boolean, status?: number): Story =>
  (scene, walk) => {
    let seen = 0;
    scene.world.faults.add({
      match: (request) => match(request) && ++seen % 5 === 0,
      do: kind,
      times: 10,
      seconds: 1,
      ...(status !== undefined && { status }),
    });
    return walk();
  };

/** Does `work` at most once in so many milliseconds, however often it is asked. */
function every(ms: number, work: () => unknown): () => Promise<void> {
  let last = performance.now();
  return async () => {
    if (performance.now() - last < ms) return;
    last = performance.now();
    await work();
  };
}

/** Letters to the App, disturbed as they are posted. */
const letters =
  (what: 'drop' | 'delay' | 'hold', nth: number): Story =>
  (scene, walk) => {
    const { webhooks } = scene.world;
    let seen = 0;
    webhooks.rules.push({ match: () => ++seen % nth === 0, do: what, ms: 300 });
    const random = seeded(7);
    const heal = every(200, async () => {
      if (what === 'drop') await scene.app.loop.repair();
      webhooks.release((held) => shuffled(held, random));
    });
    return during(walk(), heal);
  };

export const stories: Record<string, Story> = {
  'webhooks dropped': letters('drop', 3),
  'webhooks delayed': letters('delay', 2),
  'webhooks in another order': letters('hold', 2),
  'webhooks delivered ten times': async (scene, walk) => {
    const { webhooks } = scene.world;
    let told = 0;
    return during(walk(), () => {
      const fresh = webhooks.log.slice(told).filter(({ letter }) => !letter.redelivery);
      told = webhooks.log.length;
      for (const delivery of fresh) for (let n = 1; n < 10; n++) webhooks.redeliver(delivery);
    });
  },
  '5xx before it is applied': nowAndThen('fail-before', writes),
  '5xx after it was applied': nowAndThen('fail-after', writes, 502),
  '409 now and then': nowAndThen('fail-before', ({ method, path }) => method === 'PATCH' && /comments/.test(path), 409),
  '403 secondary limit': nowAndThen('secondary', writes),
  '429 with retry-after': nowAndThen('too-many', () => true),
  'connection reset before': nowAndThen('reset-before', writes),
  'connection reset after': nowAndThen('reset-after', writes),
  'lists that lag': nowAndThen('stale', lists),
  'slow answers': (scene, walk) => {
    scene.world.faults.add({ do: 'latency', ms: 30, times: Number.POSITIVE_INFINITY });
    return walk();
  },
  // By their use and not by the clock: a token that never lives for one request would prove nothing.
  'tokens that end': ({ world }, walk) => {
    let asked = 0;
    const expires = () => {
      if (++asked % 7 === 0) world.expireTokens();
      return false;
    };
    world.faults.add({ match: expires, do: 'latency', times: Number.POSITIVE_INFINITY });
    return walk();
  },
  'five labels in one second': (scene, walk) => {
    let done = false;
    return during(walk(), async () => {
      const { repo, mona } = scene;
      if (done || (await scene.ticket(1)).stage.name === 'idle') return;
      done = true;
      await Promise.all(['a', 'b', 'c', 'd', 'ai-ready'].map((name) => mona.label(repo, 1, name)));
    });
  },
  'two replicas': async (scene, walk) => {
    const replica = beside(scene, databaseOf(scene));
    await replica.start();
    return walk();
  },
  'a second replica that is killed': async (scene, walk) => {
    const replica = beside(scene, databaseOf(scene));
    await replica.start();
    let killed = false;
    return during(walk(), async () => {
      if (killed || !(await scene.ticket(1)).pull) return;
      killed = true;
      await replica.kill();
    });
  },
  'database connections end': (scene, walk) =>
    during(
      walk(),
      every(1_500, () =>
        sql`select pg_terminate_backend(pid) from pg_stat_activity
        where datname = current_database() and pid <> pg_backend_pid()`.execute(scene.app.journal.db),
      ),
    ),
};

function databaseOf({ where }: Dialogue): string {
  if (where.kind !== 'postgres') throw new Error('replicas need a database server');
  return where.url;
}
