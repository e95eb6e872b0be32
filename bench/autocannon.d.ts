// autocannon brings no types; this is the part of its documented interface that the benchmark uses.
declare module 'autocannon' {
  export type Request = { method: string; path: string; body: Buffer; headers: Record<string, string> };
  export type Options = {
    url: string;
    connections: number;
    /** Seconds. */
    duration: number;
    requests: (Partial<Request> & { setupRequest?: (request: Request) => Request })[];
  };
  export type Result = {
    '2xx': number;
    non2xx: number;
    errors: number;
    requests: { average: number };
    /** Milliseconds. */
    latency: { p50: number; p99: number; max: number };
  };
  export default function autocannon(options: Options): Promise<Result>;
}
