// Facts outlive their schemas: each version of a type is brought to the next one when it is read, and never rewritten.
import { Bug, Permanent } from '../errors.ts';

/** A row of the journal as far as an upcast may look at it. */
export type StoredFact = { stream: string; key: string; type: string; version: number; body: unknown };

type Body = Record<string, unknown>;
/** From one version of a type to the next. Total over what was ever stored, pure, and kept for ever. */
type Upcast = (body: Body, stored: StoredFact) => Body;

/** The first entry of a type goes from version 1 to 2, the next from 2 to 3. A type without an entry is at version 1. */
const upcasts: Readonly<Record<string, readonly Upcast[]>> = {
  PullClosed: [pullClosedNamesItsPull],
};

const upcastsOf = (type: string): readonly Upcast[] => (Object.hasOwn(upcasts, type) ? (upcasts[type] ?? []) : []);

/** The version that facts of this type are written with today. */
export const versionOf = (type: string): number => upcastsOf(type).length + 1;

/** The body as today's vocabulary has it. Throws Permanent for a fact that a newer Gantry has written. */
export function upcast(stored: StoredFact): unknown {
  const { stream, key, type, version, body } = stored;
  if (version > versionOf(type))
    throw new Permanent(
      `the fact ${key} of ${stream} is ${type} version ${version}, and this Gantry knows ${versionOf(type)}: run the newer one`,
    );
  return upcastsOf(type)
    .slice(version - 1)
    .reduce<Body>((older, step) => step(older, stored), body as Body);
}

/** Version 1 did not say which pull request was closed. Only a pull request's stream tells it, and its key begins with that. */
function pullClosedNamesItsPull(body: Body, { key }: StoredFact): Body {
  const pull = /^pull:\d+#(\d+)#/.exec(key)?.[1];
  if (pull === undefined) throw new Bug(`${key} is not the key of a PullClosed that a pull request told`);
  return { ...body, pull: Number(pull) };
}
