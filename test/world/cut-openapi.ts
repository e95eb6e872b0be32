// GitHub's OpenAPI document cut to the routes we use: requests only, without prose. The package weighs 385 MB, so it is
// installed elsewhere when the cut is made again: `npm install @octokit/openapi@23.0.2`, then
// `node test/world/cut-openapi.ts <that folder>/node_modules/@octokit/openapi` writes test/world/github-api.json.
import { readFileSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import type { JsonObject } from './contract.ts';
import { ROUTES_USED } from './routes-used.ts';

export interface ApiRoute {
  method: string;
  path: string;
  params: JsonObject;
  query: JsonObject & { properties: JsonObject };
  body?: JsonObject;
  bodyRequired?: boolean;
}

export interface ApiCut {
  routes: ApiRoute[];
  /** What `#/components/schemas/<name>` refers to. */
  schemas: Record<string, JsonObject>;
}

interface Parameter {
  name: string;
  in: string;
  required?: boolean;
  schema: JsonObject;
}
interface Operation {
  parameters?: unknown[];
  requestBody?: unknown;
}
interface Body {
  required?: boolean;
  content?: Record<string, { schema: JsonObject }>;
}
export interface OpenApi {
  paths: Record<string, Record<string, unknown> & { parameters?: unknown[] }>;
  components: { schemas: Record<string, JsonObject> };
}

const PROSE = new Set(
  'description example examples title externalDocs summary deprecated tags operationId discriminator xml'.split(' '),
);

/** Without prose; OpenAPI 3.0's `nullable` becomes JSON Schema. `names`: the keys are property names, not keywords. */
function lean(node: unknown, names = false): unknown {
  if (Array.isArray(node)) return node.map((item) => lean(item));
  if (node === null || typeof node !== 'object') return node;
  const out: JsonObject = {};
  for (const [key, value] of Object.entries(node)) {
    if (!names && (PROSE.has(key) || key.startsWith('x-'))) continue;
    const literal = !names && (key === 'enum' || key === 'default');
    out[key] = literal ? value : lean(value, !names && key === 'properties');
  }
  return names ? out : withoutNullable(out);
}

function withoutNullable({ nullable, ...rest }: JsonObject): JsonObject {
  if (nullable !== true) return rest;
  if (Array.isArray(rest.enum) && !rest.enum.includes(null)) rest.enum = [...rest.enum, null];
  return typeof rest.type === 'string' ? { ...rest, type: [rest.type, 'null'] } : { anyOf: [rest, { type: 'null' }] };
}

export function cut(api: OpenApi, wanted: string[]): ApiCut {
  const follow = (node: unknown): unknown => {
    const ref = (node as { $ref?: string } | undefined)?.$ref;
    if (ref === undefined) return node;
    return ref
      .slice(2)
      .split('/')
      .reduce<unknown>((at, key) => (at as JsonObject)[key], api);
  };

  function routeOf(name: string): ApiRoute {
    const [method = '', where = ''] = name.split(' ');
    const item = api.paths[where];
    const operation = item?.[method.toLowerCase()] as Operation | undefined;
    if (!operation) throw new Error(`GitHub's description has no ${name}`);
    const parameters = [...(item?.parameters ?? []), ...(operation.parameters ?? [])].map(
      (p) => follow(p) as Parameter,
    );
    const group = (place: string) => {
      const list = parameters.filter((p) => p.in === place);
      return {
        type: 'object',
        properties: Object.fromEntries(list.map((p) => [p.name, lean(p.schema)])),
        required: list.filter((p) => p.required).map((p) => p.name),
      };
    };
    const request = follow(operation.requestBody) as Body | undefined;
    const schema = request?.content?.['application/json']?.schema;
    const body = schema && { body: lean(schema) as JsonObject, bodyRequired: request.required === true };
    return { method, path: where, params: group('path'), query: group('query'), ...body };
  }

  const out: ApiCut = { routes: wanted.map(routeOf), schemas: {} };
  for (const todo: unknown[] = [out.routes]; todo.length > 0; ) {
    for (const name of referencesIn(todo.pop())) {
      if (out.schemas[name]) continue;
      const schema = lean(api.components.schemas[name]) as JsonObject;
      out.schemas[name] = schema;
      todo.push(schema);
    }
  }
  return out;
}

function referencesIn(node: unknown): string[] {
  if (node === null || typeof node !== 'object') return [];
  return Object.entries(node).flatMap(([key, value]) =>
    key === '$ref' && typeof value === 'string' ? [value.split('/').pop() ?? ''] : referencesIn(value),
  );
}

if (process.argv[1] === import.meta.filename) {
  const [folder] = process.argv.slice(2);
  if (folder === undefined)
    throw new Error('say where @octokit/openapi 23.0.2 is installed; see the head of this file');
  const api = JSON.parse(readFileSync(path.join(folder, 'generated', 'api.github.com.json'), 'utf8')) as OpenApi;
  writeFileSync(path.join(import.meta.dirname, 'github-api.json'), `${JSON.stringify(cut(api, ROUTES_USED))}\n`);
}
