// Webhooks as a stranger with the secret, a broken proxy or a changed GitHub would send them: recorded examples, mutated.
import { readFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import fc from 'fast-check';

export type Example = { event: string; payload: Record<string, unknown> };

/** Every example that GitHub documents, sent by an installation as an App hears it. */
export function examples(): Example[] {
  const file = createRequire(import.meta.url).resolve('@octokit/webhooks-examples');
  const listed = JSON.parse(readFileSync(file, 'utf8')) as { name: string; examples: Example['payload'][] }[];
  return listed.flatMap(({ name, examples: payloads }) =>
    payloads.map((payload) => ({ event: name, payload: { ...payload, installation: { id: 1, node_id: 'I_1' } } })),
  );
}

type Path = readonly (string | number)[];

/** Where something stands in a payload; the whole of it is not among them. */
export function pathsOf(value: unknown, at: Path = []): Path[] {
  if (typeof value !== 'object' || value === null) return [];
  return Object.keys(value).flatMap((key) => {
    const path = [...at, Array.isArray(value) ? Number(key) : key];
    return [path, ...pathsOf(Reflect.get(value, key), path)];
  });
}

const strange: fc.Arbitrary<unknown> = fc.oneof(
  fc.constant(null),
  fc.constantFrom(-1, 0, 1.5, 2 ** 53, 1e308, '', '0', '\0', '\ud800', '__proto__', '../../etc/passwd', true, [], {}),
  fc.integer({ min: 1, max: 200_000 }).map((length) => 'x'.repeat(length)),
  fc.string({ unit: 'binary', maxLength: 50 }),
  fc.anything({ maxDepth: 2, withNullPrototype: false }).map((any) => JSON.parse(JSON.stringify(any) ?? 'null')),
  fc.integer({ min: 10, max: 400 }).map((depth) => JSON.parse('['.repeat(depth) + ']'.repeat(depth))),
);

/** `place` picks among the paths of whatever example it is applied to; undefined takes the field away. */
export type Mutation = { place: number; value: unknown };

export const mutations: fc.Arbitrary<Mutation[]> = fc.array(
  fc.record({
    place: fc.double({ min: 0, max: 1, maxExcluded: true, noNaN: true }),
    value: fc.option(strange, { nil: undefined }),
  }),
  { minLength: 1, maxLength: 4 },
);

export function mutated(payload: Example['payload'], changes: readonly Mutation[]): Example['payload'] {
  const copy = structuredClone(payload);
  for (const { place, value } of changes) {
    const paths = pathsOf(copy);
    const path = paths[Math.floor(place * paths.length)];
    if (!path) continue;
    const parent = path.slice(0, -1).reduce((at: unknown, key) => Reflect.get(Object(at), key), copy);
    const last = path.at(-1) ?? '';
    if (value === undefined) Reflect.deleteProperty(Object(parent), last);
    else Object.defineProperty(Object(parent), last, { value, enumerable: true, configurable: true, writable: true });
  }
  return copy;
}
