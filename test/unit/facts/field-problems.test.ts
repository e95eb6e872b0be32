// Malformed input is told field by field, and never repeated.
import { describe, expect, test } from 'vitest';
import { z } from 'zod';
import { fieldProblems, fieldsInWords } from '../../../src/facts/field-problems.ts';

const Layer = z.strictObject({ name: z.enum(['unit', 'smoke']), minutes: z.int().min(1).max(60) });
const Kind = z.union([
  z.discriminatedUnion('type', [
    z.strictObject({ type: z.literal('a'), layers: z.array(Layer) }),
    z.strictObject({ type: z.literal('b'), at: z.iso.datetime() }),
  ]),
  z.discriminatedUnion('type', [z.strictObject({ type: z.literal('c'), sha: z.string().regex(/^[0-9a-f]+$/) })]),
]);

const problems = (value: unknown) => {
  const { error } = Kind.safeParse(value);
  return error ? fieldProblems(error) : [];
};

describe('each problem says where, what, and what is expected', () => {
  test.each([
    [{ type: 'a', layers: [{ name: 'unit', minutes: '5' }] }, 'layers[0].minutes', 'number'],
    [{ type: 'a', layers: [{ name: 'e2e', minutes: 5 }] }, 'layers[0].name', 'unit | smoke'],
    [{ type: 'a', layers: [{ name: 'unit', minutes: 0 }] }, 'layers[0].minutes', 'at least 1'],
    [{ type: 'a', layers: [{ name: 'unit', minutes: 99 }] }, 'layers[0].minutes', 'at most 60'],
    [{ type: 'a' }, 'layers', 'array'],
    [{ type: 'b', at: 'noon' }, 'at', 'datetime'],
    [{ type: 'c', sha: 'xyz' }, 'sha', '/^[0-9a-f]+$/'],
    [{ type: 'z' }, 'type', 'a | b | c'],
    [{}, 'type', 'a | b | c'],
    [7, '', 'object'],
  ])('%j', (value, field, expected) => {
    expect(problems(value)).toEqual([{ field, message: expect.any(String), expected }]);
  });

  test('of a union the member that is meant speaks, and a field that nobody knows is named', () => {
    expect(problems({ type: 'c', sha: 'ab', shaa: 1 })).toEqual([
      { field: 'shaa', message: 'is not a field that is known here' },
    ]);
  });

  test('every problem is told, in one line too, and nothing of what was sent', () => {
    const value = { type: 'a', layers: [{ name: 'ghs_secret', minutes: 0 }, 'ghs_secret'], more: 'ghs_secret' };
    expect(problems(value).map(({ field }) => field)).toEqual([
      'layers[0].name',
      'layers[0].minutes',
      'layers[1]',
      'more',
    ]);
    const { error } = Kind.safeParse(value);
    const line = error ? fieldsInWords(error) : '';
    expect(line).toMatch(/^layers\[0\]\.name: .+; layers\[0\]\.minutes: .+; layers\[1\]: .+; more: /);
    expect(line + JSON.stringify(problems(value))).not.toContain('ghs_secret');
  });
});
