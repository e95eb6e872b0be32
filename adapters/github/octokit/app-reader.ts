// What is read as the App itself: who we are, where we are installed, what GitHub delivered.
import { z } from 'zod';
import { Retryable } from '../../../src/errors.ts';
import type { AppIdentity, GitHubReader } from '../contract.ts';
import type { Client } from './client.ts';
import { allPages, nextPage, PER_PAGE } from './pages.ts';
import { actorOf, deliveryView } from './views.ts';

type AppReader = Pick<GitHubReader, 'installations' | 'repositories' | 'deliveries' | 'delivery' | 'self' | 'app'>;

/** A string, not a literal: Octokit's types know only numbers there, and the ids may not fit one. */
const DELIVERY: string = 'GET /app/hook/deliveries/{delivery_id}';
const Delivery = z.object({
  id: z.union([z.number(), z.bigint()]),
  guid: z.string(),
  event: z.string(),
  action: z.string().nullable(),
  delivered_at: z.string(),
  redelivery: z.boolean(),
  status_code: z.number(),
  installation_id: z.union([z.number(), z.bigint()]).nullable(),
  request: z.object({ payload: z.record(z.string(), z.unknown()) }),
});

export function createAppReader({ ask, get }: Client): AppReader {
  let known: Promise<AppIdentity> | undefined;

  const installations: AppReader['installations'] = async () => {
    const rows = await allPages((page) =>
      get('app', (github) => github.request('GET /app/installations', { per_page: PER_PAGE, page })),
    );
    return rows
      .map((row) => ({ id: Number(row.id), account: actorOf(row.account), suspended: row.suspended_at !== null }))
      .sort((a, b) => a.id - b.id);
  };

  const app: AppReader['app'] = async () => {
    const { data } = await get('app', (github) => github.request('GET /app'));
    if (!data) throw new Retryable('GitHub did not say which App we are');
    return { appId: Number(data.id), slug: data.slug ?? '' };
  };

  const identify = async (): Promise<AppIdentity> => {
    const [{ appId, slug }, everywhere] = await Promise.all([app(), installations()]);
    const somewhere = everywhere.find((installation) => !installation.suspended);
    if (!somewhere) throw new Retryable('the App is installed nowhere yet: install it on an organisation or account');
    const botLogin = `${slug}[bot]`;
    const { data } = await get(somewhere.id, (github) =>
      github.request('GET /users/{username}', { username: botLogin }),
    );
    return { appId, slug, botId: Number(data.id), botLogin };
  };

  return {
    installations,
    app,

    repositories: async (installation) => {
      const rows = await allPages(async (page) => {
        const { data, ...rest } = await get(installation, (github) =>
          github.request('GET /installation/repositories', { per_page: PER_PAGE, page }),
        );
        return { ...rest, data: data.repositories };
      });
      return rows
        .map((row) => ({
          installation,
          id: Number(row.id),
          owner: row.owner.login,
          name: row.name,
          defaultBranch: row.default_branch,
          archived: row.archived,
        }))
        .sort((a, b) => a.id - b.id);
    },

    deliveries: async (options) => {
      const { data, headers } = await get('app', (github) =>
        github.request('GET /app/hook/deliveries', { per_page: PER_PAGE, ...options }),
      );
      const next = nextPage(headers.link)?.searchParams.get('cursor') ?? undefined;
      return { deliveries: data.map(deliveryView), next };
    },

    delivery: async (id) => {
      const { answer } = await ask('app', (github) => github.request(DELIVERY, { delivery_id: id }), [404]);
      if (!answer) return undefined;
      const { request, ...row } = Delivery.parse(answer.data);
      return { ...deliveryView(row), payload: request.payload };
    },

    self: () => {
      known ??= identify().catch((error: unknown) => {
        known = undefined;
        throw error;
      });
      return known;
    },
  };
}
