// The post office: one queue of webhooks in the order of state changes. It gives each a GUID (kept on redelivery),
// signs the exact bytes, keeps the App's delivery log, and can drop, duplicate, delay, or hold and release in another order.
import { createHmac, randomUUID } from 'node:crypto';
import { setTimeout as wait } from 'node:timers/promises';
import type { JsonObject } from './contract.ts';
import type { Emulate } from './door.ts';
import type { AppRow, InstallationRow } from './rows.ts';

export interface Letter {
  guid: string;
  event: string;
  action: string | null;
  payload: JsonObject & { action?: string };
  redelivery: boolean;
  app: AppRow;
  installation: InstallationRow;
}

/** The first rule that matches and has times left is applied. `times` absent: always. */
export interface MailRule {
  match(letter: Letter): boolean;
  do: 'drop' | 'duplicate' | 'delay' | 'hold';
  times?: number;
  /** For `delay`, in milliseconds. */
  ms?: number;
}

export interface Delivery {
  letter: Letter;
  row: DeliveryRow;
  request: { headers: Record<string, string>; payload: JsonObject };
  response: { headers: Record<string, string>; payload: string };
}

export interface DeliveryRow {
  id: number;
  guid: string;
  delivered_at: string;
  redelivery: boolean;
  /** In seconds. */
  duration: number;
  status: string;
  status_code: number;
  event: string;
  action: string | null;
  installation_id: number;
  repository_id: number | null;
  throttled_at: null;
}

export interface Office {
  rules: MailRule[];
  /** One entry per attempt, newest last; a dropped letter is logged as failed. */
  log: Delivery[];
  held: Letter[];
  /** A thing happened; `payload` is final. Called in the order of the changes. */
  post(event: string, action: string | undefined, payload: JsonObject, owner: string): void;
  /** Sends the held letters in the order given by `sort`. */
  release(sort?: (held: Letter[]) => Letter[]): void;
  redeliver(delivery: Delivery): void;
  /** Resolves when nothing is under way; held letters do not count. */
  idle(): Promise<void>;
}

/** GitHub sends these to an App whatever it subscribed to. */
const ALWAYS = new Set(['installation', 'installation_repositories', 'github_app_authorization']);
/** GitHub gives up after 10 s. */
const TIMEOUT_MS = 10_000;

export function createOffice(emulate: Emulate): Office {
  const log: Delivery[] = [];
  const underWay = new Set<Promise<void>>();
  let chain: Promise<void> = Promise.resolve();
  let nextId = 90_000_000_001;

  function enqueue(letter: Letter, ms = 0): void {
    // One at a time: what the App sees is reproducible. A delayed letter leaves the line.
    const job = ms > 0 ? wait(ms).then(() => deliver(letter)) : chain.then(() => deliver(letter));
    if (ms === 0) chain = job;
    underWay.add(job);
    void job.finally(() => underWay.delete(job));
  }

  async function deliver(letter: Letter): Promise<void> {
    const body = JSON.stringify(letter.payload);
    const started = performance.now();
    const headers = envelope(letter, body);
    const record = (status_code: number, status: string, response: Delivery['response']) =>
      enter(letter, { status_code, status, duration: (performance.now() - started) / 1000 }, { headers, response });
    const url = emulate.table('apps').get(letter.app.id)?.webhook_url;
    if (!url) return record(502, 'failed to connect to host', NO_ANSWER);
    try {
      const answer = await fetch(url, { method: 'POST', headers, body, signal: AbortSignal.timeout(TIMEOUT_MS) });
      const payload = await answer.text();
      const response = { headers: Object.fromEntries(answer.headers), payload };
      record(answer.status, answer.ok ? 'OK' : answer.statusText || String(answer.status), response);
    } catch (error) {
      const late = error instanceof Error && error.name === 'TimeoutError';
      record(502, late ? 'timed out' : 'failed to connect to host', NO_ANSWER); // the log is the report, as on GitHub
    }
  }

  function enter(
    letter: Letter,
    result: Pick<DeliveryRow, 'status' | 'status_code' | 'duration'>,
    sent: { headers: Record<string, string>; response: Delivery['response'] },
  ): void {
    const repository = letter.payload.repository as { id: number } | undefined;
    log.push({
      letter,
      request: { headers: sent.headers, payload: letter.payload },
      response: sent.response,
      row: {
        id: nextId++,
        guid: letter.guid,
        delivered_at: new Date().toISOString(),
        redelivery: letter.redelivery,
        ...result,
        event: letter.event,
        action: letter.action,
        installation_id: letter.installation.installation_id,
        repository_id: repository?.id ?? null,
        throttled_at: null,
      },
    });
  }

  const office: Office = {
    rules: [],
    log,
    held: [],
    post(event, action, payload, owner) {
      for (const app of emulate.table('apps').all()) {
        const installation = installed(emulate, app, owner);
        if (!installation || !hears(app, event, action, payload)) continue;
        const { installation_id: id, node_id } = installation;
        const letter: Letter = {
          guid: randomUUID(),
          event,
          action: action ?? null,
          app,
          installation,
          redelivery: false,
          payload: { ...payload, installation: { id, node_id: node_id ?? `I_${id}` } },
        };
        const rule = office.rules.find((r) => (r.times === undefined || r.times > 0) && r.match(letter));
        if (rule?.times !== undefined) rule.times--;
        if (rule?.do === 'hold') office.held.push(letter);
        else if (rule?.do === 'drop') enter(letter, LOST, { headers: {}, response: NO_ANSWER });
        else enqueue(letter, rule?.do === 'delay' ? (rule.ms ?? 0) : 0);
        if (rule?.do === 'duplicate') enqueue(letter);
      }
    },
    release(sort = (held) => held) {
      for (const letter of sort(office.held.splice(0))) enqueue(letter);
    },
    redeliver: (delivery) => enqueue({ ...delivery.letter, redelivery: true }),
    async idle() {
      while (underWay.size > 0) await Promise.all(underWay);
    },
  };
  return office;
}

const NO_ANSWER = { headers: {}, payload: '' };
const LOST = { status_code: 502, status: 'failed to connect to host', duration: 0 };

function installed(emulate: Emulate, app: AppRow, owner: string): InstallationRow | undefined {
  return emulate.find(
    'app_installations',
    (i) => i.app_id === app.app_id && i.account_login === owner && !i.suspended_at,
  );
}

function hears(app: AppRow, event: string, action: string | undefined, payload: JsonObject): boolean {
  if (!app.webhook_secret || !(app.events.includes(event) || ALWAYS.has(event))) return false;
  const about = event.startsWith('check_') ? (payload[event] as { app?: { id: number } | null }) : undefined;
  // Only the App that made the check hears that it is asked for again.
  return !about?.app || about.app.id === app.app_id || action === 'created' || action === 'completed';
}

function envelope(letter: Letter, body: string): Record<string, string> {
  const signature = createHmac('sha256', letter.app.webhook_secret ?? '')
    .update(body)
    .digest('hex');
  return {
    'content-type': 'application/json',
    accept: '*/*',
    'user-agent': 'GitHub-Hookshot/0000000',
    'x-github-event': letter.event,
    'x-github-delivery': letter.guid,
    'x-github-hook-id': String(letter.app.app_id),
    'x-github-hook-installation-target-id': String(letter.app.app_id),
    'x-github-hook-installation-target-type': 'integration',
    'x-hub-signature-256': `sha256=${signature}`,
  };
}
