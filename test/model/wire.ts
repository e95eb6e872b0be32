// What the three protocols share on the wire: JSON of unknown shape in, JSON or server-sent events out.
import type { ServerResponse } from 'node:http';
import type { RequestView, Turn } from './script.ts';

export type Json = { [key: string]: unknown };

const isJson = (value: unknown): value is Json => typeof value === 'object' && value !== null && !Array.isArray(value);
export const object = (value: unknown): Json => (isJson(value) ? value : {});
export const objects = (value: unknown): Json[] => (Array.isArray(value) ? value.filter(isJson) : []);
export const string = (value: unknown): string => (typeof value === 'string' ? value : '');

/** One dialect: how a request reads and how a turn is written. `key` finds the credential that the client presented. */
export type Dialect = {
  /** Undefined when method and path are no route of this protocol. */
  route(method: string, url: URL): { model?: string; stream?: boolean } | undefined;
  key(headers: Readonly<Record<string, string | string[] | undefined>>, url: URL): string | undefined;
  view(body: Json, model: string | undefined): RequestView;
  answer(answer: Answer): void;
  error(status: number, message: string, code?: string): Json;
};

export type Answer = { view: RequestView; turn: Turn; stream: boolean; out: ServerResponse };

export function sendJson(out: ServerResponse, status: number, body: Json, headers: Record<string, string> = {}): void {
  out.writeHead(status, { 'content-type': 'application/json', ...headers });
  out.end(JSON.stringify(body));
}

/** Starts a stream of events; the name line is left out where the protocol has none. */
export function openEvents(out: ServerResponse): (data: Json, name?: string) => void {
  out.writeHead(200, { 'content-type': 'text/event-stream', 'cache-control': 'no-cache' });
  return (data, name) => {
    out.write(`${name === undefined ? '' : `event: ${name}\n`}data: ${JSON.stringify(data)}\n\n`);
  };
}

/** Breaks the connection after what was written has left, so that the client sees half an answer and not none. */
export function cutOff(out: ServerResponse): void {
  out.write('\n', () => out.destroy());
}

/** What the user side wrote in a request, in order. */
export function writtenIn<Item>(
  items: readonly Item[],
  { isResult, texts }: { isResult(item: Item): boolean; texts(item: Item): readonly string[] },
): RequestView['written'] {
  let turn = 0;
  return items.flatMap((item) => {
    if (isResult(item)) turn++;
    return texts(item).map((text) => ({ text, turn }));
  });
}

export const promptOf = (written: RequestView['written']): Pick<RequestView, 'prompt' | 'written'> => ({
  prompt: written.map(({ text }) => text).join('\n\n'),
  written,
});
