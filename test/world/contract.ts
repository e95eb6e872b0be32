// What the parts of the local world offer each other, and what tests, demo and the Actions host may use of it.
import type { IncomingMessage, ServerResponse } from 'node:http';
import type { Actions, ActionsOptions } from './actions/install-actions.ts';
import type { AppKeys } from './app-keys.ts';
import type { Emulate } from './door.ts';
import type { Faults } from './faults.ts';
import type { Git } from './git.ts';
import type { Linear } from './linear.ts';
import type { Office } from './office.ts';
import type { Person } from './person.ts';
import type { Rights } from './rights.ts';
import type { RepoRow, UserRow } from './rows.ts';
import type { Violation } from './validation.ts';

/** JSON whose shape the reader states where it is used. */
export type JsonObject = Record<string, unknown>;

/** `read` or `write` by permission name, as GitHub spells them: `pull_requests`, `id_token`. */
export type Permissions = Record<string, string>;

/** What an installation token (or a job's GITHUB_TOKEN) covers. */
export interface Grant {
  installationId: number;
  appId: number;
  /** The account's id and `User` or `Organization`. */
  accountId: number;
  accountType: string;
  permissions: Permissions;
  repositoryIds: number[];
  repositorySelection: 'all' | 'selected';
}

/** Who asks. `bad`: a credential that nobody issued. `app`: a JWT; whether it is valid is emulate's to say. */
export type Actor =
  | { kind: 'anonymous' | 'bad'; login?: undefined; token?: undefined; installation?: undefined }
  | { kind: 'app'; token: string; login?: undefined; installation?: undefined }
  | { kind: 'user'; token: string; login: string; installation?: undefined }
  | { kind: 'installation'; token: string; login: string; installation: Grant };

/** Who caused an event: an actor, or a person named by login. */
export type Cause = Actor | { login: string; installation?: Grant | undefined };

export interface WorldRequest {
  req: IncomingMessage;
  res: ServerResponse;
  /** Also sent as X-GitHub-Request-Id. */
  id: string;
  method: string;
  path: string;
  /** With the question mark, or empty. */
  search: string;
  query: URLSearchParams;
  headers: Record<string, string | string[] | undefined>;
  raw: Buffer;
  /** The parsed body; empty where there was none or it was no JSON object. */
  body: JsonObject;
  actor: Actor;
  /** Filled by the route that matched. */
  params: Record<string, string>;
}

/** `raw` wins over `json`; neither: an empty body. */
export interface WorldAnswer {
  status: number;
  json?: unknown;
  raw?: Buffer | undefined;
  headers?: Record<string, string>;
}

/** undefined: not for this handler, go on to the next route and at last to emulate. */
export type RouteHandler = (
  request: WorldRequest & { params: Record<string, string> },
) => WorldAnswer | undefined | Promise<WorldAnswer | undefined>;

/** The part every other part stands on: routes, identity, and one ordered queue of events. */
export interface Core {
  /** API host and server URL in one: `http://127.0.0.1:<port>`. */
  url: string;
  /** The world's own temp folder; removed by close. */
  root: string;
  emulate: Emulate;
  /** Failures of the world itself. A test ends with this empty. */
  errors: unknown[];
  /** `Bearer <token>` of root-admin. */
  adminToken: string;
  /** `:name` matches one segment, `:name*` any number. Routes are asked in order of registration, all before emulate. */
  route(method: string, path: string, handler: RouteHandler): void;
  /** emulate's answer to this request, changed by `over`. Our own routes are not asked. */
  pass(request: WorldRequest, over?: { method?: string; path?: string; body?: JsonObject }): Promise<WorldAnswer>;
  /** A request as somebody, answered by emulate only. `authorization` is the whole header. */
  as<T = JsonObject>(
    authorization: string,
    method: string,
    path: string,
    body?: JsonObject,
  ): Promise<{ status: number; json: T; headers: Record<string, string> }>;
  actorOf(authorization: string | undefined): Actor;
  /** The user (an App's bot for installation tokens) behind an actor; undefined for anonymous and JWT. */
  userOf(cause: Cause): UserRow | undefined;
  /** By `owner/name`, following no renames. */
  repo(full: string): RepoRow | undefined;
  /** Runs work after all that is queued; work queued from inside runs at once. Failures go to `errors`. */
  next(step: () => void | Promise<void>): Promise<void>;
  /** Our own webhook, in the same order as emulate's; repository, sender and organization are added. */
  announce(event: string, action: string | undefined, payload: JsonObject, full: string, cause: Cause): Promise<void>;
  /** A person as REST shows them. */
  personJson(cause: Cause): Promise<JsonObject>;
  /** A token such as GITHUB_TOKEN; valid until revoked. */
  grantToken(grant: Grant): string;
  revokeToken(token: string): void;
  /** Called by close, last registered first. */
  onClose(stop: () => void | Promise<void>): void;
}

export interface RecordedRequest {
  method: string;
  /** As in GitHub's description: `PUT /repos/{owner}/{repo}/pulls/{pull_number}/merge`; the bare path where unknown. */
  route: string;
  path: string;
  status: number;
  /** 'installation' or 'app' (JWT). */
  by: 'installation' | 'app';
  /** An access-token mint; not part of the product's request budget. */
  mint: boolean;
}

export interface NewRepository {
  owner?: string;
  name: string;
  /** Path of a directory, or path → content. A Buffer keeps its bytes; a file marked executable stays so. */
  files?: string | Record<string, string | Buffer>;
  private?: boolean;
  /** Login → pull, triage, push, maintain, admin. Absent: will and mona push, tess triage, rita pull (acme only). */
  collaborators?: Record<string, string>;
}

export interface WorldOptions {
  repositories?: NewRepository[];
  /** Also start Linear. */
  linear?: boolean;
  /** false: no Actions host (its identity provider makes a key); `world.actions` then throws when touched. */
  actions?: ActionsOptions | false;
}

export interface World extends Core, Rights {
  app: { id: number; slug: string; privateKey: string; webhookSecret: string; installationId: number };
  appKeys: AppKeys;
  /** Git access to the bare repositories: `world.git('acme/app', ['log'])` reads the newest state. */
  git(full: string, args: string[]): Promise<string>;
  gitHost: Git;
  /** Executes the repositories' real workflow files. */
  actions: Actions;
  /** Sets the App's webhook URL, `<appUrl>/api/github/webhooks` unless it has a path. Before that, deliveries fail. */
  listen(appUrl: string): void;
  /** Known: root-admin, mona, will, tess, rita, sam. Throws for anybody else. */
  person(login: string): Person;
  addRepository(repository: NewRepository): Promise<RepoRow>;
  webhooks: Office;
  faults: Faults;
  /** Every API request with the App's JWT or installation tokens; never those of people or of workflow jobs. */
  requests: RecordedRequest[];
  /** Requests of the App that break GitHub's description. A test ends with this empty. */
  violations: Violation[];
  /** markPullRequestReadyForReview answers FORBIDDEN, as GitHub does for some App tokens. */
  refuseUndraft: boolean;
  linear: Linear | undefined;
  /** A person presses a button (`identifier`) of one of the App's check runs. */
  pressButton(full: string, checkRunId: number, identifier: string, login: string): Promise<void>;
  /** All installation tokens of the App end now, as after an hour: the next use is answered 401. */
  expireTokens(): void;
  /** Sends an event of any kind to the App, e.g. `installation` or `merge_group`; `full` gives repository and owner. */
  tell(event: string, action: string | undefined, payload: JsonObject, full: string, login?: string): Promise<void>;
  /** All queued events told and all webhooks delivered (held ones excepted). Workflow runs are not waited for. */
  settle(): Promise<void>;
  /** Leaves no process and no temp folder. Safe to call twice. */
  close(): Promise<void>;
}
