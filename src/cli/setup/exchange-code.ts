// The one request of the set-up: the code that GitHub gave the browser for the App's credentials.
import { z } from 'zod';
import { Permanent } from '../../errors.ts';

const Conversion = z.object({
  id: z.int().positive(),
  html_url: z.url({ protocol: /^https?$/ }),
  pem: z.string().min(1),
  webhook_secret: z.string().min(1),
  client_id: z.string().min(1),
  client_secret: z.string().min(1),
});

export type Credentials = { appId: number; page: string; settings: Readonly<Record<string, string>> };

/** A code works once, within an hour. Throws Permanent, without what GitHub answered: that could hold a credential. */
export async function exchangeCode(apiUrl: string, code: string): Promise<Credentials> {
  const again =
    'Nothing was written. Run `npm run setup` again; an App that was registered meanwhile can be deleted in its settings.';
  const answer = await fetch(`${apiUrl}/app-manifests/${encodeURIComponent(code)}/conversions`, {
    method: 'POST',
    headers: { accept: 'application/vnd.github+json', 'user-agent': 'gantry', 'x-github-api-version': '2022-11-28' },
    redirect: 'error',
    signal: AbortSignal.timeout(30_000),
  }).catch((error: unknown) => {
    throw new Permanent(`${apiUrl} could not be reached. ${again}`, { cause: error });
  });
  if (answer.status !== 201)
    throw new Permanent(`GitHub answered ${answer.status} to the code: it works once, and for an hour. ${again}`);
  // Undefined fails the schema; the parser's own message would quote the answer.
  const body: unknown = await answer.json().catch(() => undefined);
  const read = Conversion.safeParse(body);
  if (!read.success) {
    const fields = read.error.issues.map(({ path }) => path.join('.')).join(', ');
    throw new Permanent(`GitHub's answer lacks what Gantry needs (${fields || 'it is no JSON'}). ${again}`);
  }
  const { id, html_url, pem, webhook_secret, client_id, client_secret } = read.data;
  return {
    appId: id,
    page: html_url,
    settings: {
      APP_ID: String(id),
      PRIVATE_KEY: pem,
      WEBHOOK_SECRET: webhook_secret,
      GITHUB_CLIENT_ID: client_id,
      GITHUB_CLIENT_SECRET: client_secret,
    },
  };
}
