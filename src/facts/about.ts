// What log lines and spans are about: each field has one name and one meaning in the whole code (docs/logs.md).
import type { AgentName } from './policy.ts';
import { type PullStream, parseStream, type TicketStream } from './stream.ts';

/** Every field that a log line of ours may have beside pino's own (`level`, `time`, `msg`). A test holds the code and the page to it. */
export const logFields = {
  delivery_id: 'The webhook that caused it: its X-GitHub-Delivery.',
  ticket_id: 'The ticket, as `ticket:<repository id>#<issue>`.',
  pull_id: 'The pull request, as `pull:<repository id>#<number>`.',
  run_id: 'The run, one stage of a ticket executed once.',
  harness: 'The agent adapter.',
  state: "The ticket's stage, or on lines about a run alone the run's state.",
  event: "The webhook's event.",
  action: "The webhook's action.",
  command: 'What an effect was asked to do.',
  key: "The command's key, the same for every attempt.",
  attempt: 'Which attempt of the job it is, from 1.',
  target: 'What is written outside.',
  outcome: 'The fact that answered the command.',
  after: 'Seconds until it is tried again.',
  facts: 'How many facts were heard.',
  stored: 'How many deliveries were fetched.',
  ms: 'How long it took.',
  class: 'The failure class.',
  fact: 'The type of a fact.',
  comment: 'Id of a comment.',
  head: 'A commit.',
  repository: 'Numeric id of a repository.',
  installation: 'Id of an installation of the App.',
  round: 'A round of the sweep.',
  alert: 'What an operator must look at: `budget`, `sweep`, `unaccounted`.',
  since: 'From when on.',
  days: 'A number of days.',
  refused: "How many requests at the runner's door were refused since the last such line.",
  why: 'A reason in words.',
  err: 'The failure with its cause and stack.',
  method: 'HTTP method of the request that was answered.',
  path: 'Path of the request that was answered.',
  github: 'A request to GitHub: method, route, status, milliseconds and what is left of the limit.',
  call: 'A model call as the gateway counted it.',
  url: 'Where Gantry listens.',
  database: '`pglite` or `postgres`.',
  signal: 'The signal that ends the process.',
} as const;
export type LogField = keyof typeof logFields;

/** The fields by which lines and spans are found again. */
export type About = {
  delivery_id?: string | undefined;
  ticket_id?: TicketStream;
  pull_id?: PullStream;
  run_id?: string;
  harness?: AgentName;
  state?: string;
  event?: string;
  action?: string | undefined;
  command?: string;
  key?: string;
  attempt?: number;
  target?: string;
  github?: object;
};

export function aboutStreamId(stream: string): About {
  const about = parseStream(stream);
  if (!about) return {};
  return about.kind === 'ticket' ? { ticket_id: about.id as TicketStream } : { pull_id: about.id as PullStream };
}
