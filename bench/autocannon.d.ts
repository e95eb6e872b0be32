// autocannon brings no types; this is the part of its documented interface that the benchmark uses.
declare module 'autocannon' {
  type Request = { method: string; path: string; body: Buffer; headers: Record<string, string> };
  type Options = {
    url: string;
    connections: number;
    /** Seconds. */
    duration: number;
    requests: { method: string; setupRequest(request: Request): Request }[];
  };
  type Result = {
    '2xx': number;
    non2xx: number;
    errors: number;
    requests: { average: number };
    /** Milliseconds. */
    latency: { p50: number; p99: number };
  };
  function autocannon(options: Options): Promise<Result>;
  export = autocannon;
}
