// Every request of the App is held against GitHub's own description. A violation is answered 422, as GitHub does, and
// kept, so that a test can demand that there were none.
import { readFileSync } from 'node:fs';
import { Ajv, type ErrorObject, type ValidateFunction } from 'ajv';
import formats from 'ajv-formats';
import type { JsonObject, WorldAnswer, WorldRequest } from './contract.ts';
import type { ApiCut, ApiRoute } from './cut-openapi.ts';
import { githubError } from './router.ts';

export interface Violation {
  /** As called: `POST /repos/acme/app/issues`. */
  route: string;
  /** What GitHub would not accept, or would silently ignore. */
  problems: string[];
}

export interface Validation {
  violations: Violation[];
  /** The template of the route, as in GitHub's description; the bare path where that is unknown. */
  templateOf(request: WorldRequest): string;
  /** The refusal; undefined: GitHub would accept it. Unknown keys are noted but not refused. */
  check(request: WorldRequest): WorldAnswer | undefined;
}

interface KnownRoute extends ApiRoute {
  pattern: RegExp;
}

/** Parameters that may hold slashes. */
const DEEP = /\{(path|ref|basehead|branch)\}/g;
const NAME = /\{(\w+)\}/g;

function patternOf(path: string): RegExp {
  return new RegExp(`^${path.replace(DEEP, '(?<$1>.+)').replace(NAME, '(?<$1>[^/]+)')}$`);
}

/** Read and compiled once per process; a world of its own needs only its own list of violations. */
const api = JSON.parse(readFileSync(new URL('./github-api.json', import.meta.url), 'utf8')) as ApiCut;
const routes: KnownRoute[] = api.routes
  .map((route) => ({ ...route, pattern: patternOf(route.path) }))
  .sort((a, b) => literalLength(b.path) - literalLength(a.path)); // {ref} swallows slashes: the most literal route first
function literalLength(path: string): number {
  return path.replace(NAME, '').length;
}

function compiler(coerceTypes: false | 'array'): (key: string, schema: JsonObject) => ValidateFunction {
  const ajv = new Ajv({ strict: false, coerceTypes, allErrors: true, logger: false });
  formats.default(ajv);
  for (const [name, schema] of Object.entries(api.schemas)) ajv.addSchema(schema, `#/components/schemas/${name}`);
  const compiled = new Map<string, ValidateFunction>();
  return (key, schema) => {
    const validate = compiled.get(key) ?? ajv.compile(schema);
    compiled.set(key, validate);
    return validate;
  };
}
const strict = compiler(false);
const loose = compiler('array'); // paths and queries are text

const sayError = (where: string, { instancePath, message, params }: ErrorObject): string => {
  const allowed = (params as { allowedValues?: unknown[] }).allowedValues;
  return `${where}${instancePath} ${message}${allowed ? ` (${allowed.join(' | ')})` : ''}`;
};

export function createValidation(): Validation {
  const violations: Violation[] = [];
  const find = (request: WorldRequest) =>
    routes.find((r) => r.method === request.method && r.pattern.test(request.path));

  function refusals(route: KnownRoute, request: WorldRequest, query: JsonObject): string[] {
    const key = `${route.method} ${route.path}`;
    const params = { ...route.pattern.exec(request.path)?.groups };
    const parts: [string, typeof strict, JsonObject, unknown][] = [
      ['path', loose, route.params, params],
      ['query', loose, route.query, { ...query }],
    ];
    if (route.body && (request.raw.length > 0 || route.bodyRequired))
      parts.push(['body', strict, route.body, request.body]);
    return parts.flatMap(([where, compile, schema, value]) => {
      const validate = compile(`${key} ${where}`, schema);
      return validate(value) ? [] : (validate.errors ?? []).map((error) => sayError(where, error));
    });
  }

  function unknownKeys(route: KnownRoute, request: WorldRequest, query: JsonObject): string[] {
    const known = (route.body as { properties?: JsonObject } | undefined)?.properties;
    const ofBody = known ? Object.keys(request.body).filter((name) => !(name in known)) : [];
    const ofQuery = Object.keys(query).filter((name) => !(name in route.query.properties));
    return [
      ...ofQuery.map((name) => `query/${name} is not a parameter of this route`),
      ...ofBody.map((name) => `body/${name} is not a property of this body`),
    ];
  }

  return {
    violations,
    templateOf(request) {
      const path = request.path === '/graphql' ? '/graphql' : (find(request)?.path ?? request.path);
      return `${request.method} ${path}`;
    },
    check(request) {
      if (request.path === '/graphql') return undefined; // held against the schema in graphql.ts
      const called = `${request.method} ${request.path}`;
      const route = find(request);
      if (!route) {
        violations.push({ route: called, problems: ['is not in test/world/routes-used.ts'] });
        return undefined;
      }
      const query = Object.fromEntries(request.query);
      const refused = refusals(route, request, query);
      const problems = [...refused, ...unknownKeys(route, request, query)];
      if (problems.length > 0) violations.push({ route: called, problems });
      return refused.length > 0 ? githubError(422, 'Invalid request.', { errors: refused }) : undefined;
    },
  };
}
