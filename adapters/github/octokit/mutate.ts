// GraphQL mutations: GitHub answers 200 whatever happens, and the errors stand in the body.
import type { ProbotOctokit } from 'probot';
import { Retryable } from '../../../src/errors.ts';
import type { Answer } from './client.ts';

export type Mutated<T> = { done: T } | { errors: GraphQLError[] };
/** `type` is GitHub's, as FORBIDDEN, NOT_FOUND or UNPROCESSABLE; some errors have none. */
export type GraphQLError = { type: string | undefined; message: string };

/** GitHub's window for points of the GraphQL API is an hour; its answer does not say when it ends. */
const LIMIT_SECONDS = 60;

/** Throws like a REST request; errors that GitHub put into a 200 are returned, but for a limit. */
export async function mutate<T>(
  github: ProbotOctokit,
  mutation: string,
  variables: Record<string, string>,
): Promise<Answer<Mutated<T>>> {
  try {
    return { data: { done: await github.graphql<T>(mutation, variables) }, headers: {}, status: 200 };
  } catch (error) {
    const errors = errorsOf(error);
    if (!errors) throw error;
    if (errors.some(({ type }) => type === 'RATE_LIMITED'))
      throw new Retryable('GraphQL limit reached', { after: LIMIT_SECONDS, cause: error });
    return { data: { errors }, headers: {}, status: 200 };
  }
}

/** By shape: plugin-throttling throws a plain Error for the same body. */
function errorsOf(error: unknown): GraphQLError[] | undefined {
  const body = fieldOf(error, 'response');
  const listed = fieldOf(error, 'errors') ?? fieldOf(fieldOf(error, 'data'), 'errors') ?? fieldOf(body, 'errors');
  if (fieldOf(error, 'status') !== undefined || !Array.isArray(listed)) return undefined;
  return listed.map((one: unknown) => {
    const type = fieldOf(one, 'type');
    return { type: typeof type === 'string' ? type : undefined, message: String(fieldOf(one, 'message') ?? '') };
  });
}

const fieldOf = (value: unknown, field: string): unknown =>
  typeof value === 'object' && value !== null ? Reflect.get(value, field) : undefined;
