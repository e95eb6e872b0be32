// app.yml as the manifest that GitHub takes, with the addresses of this installation.
import { Permanent } from '../../errors.ts';
import type { AppFile } from '../app-file.ts';

export type Addresses = {
  /** Where GitHub sends webhooks. */
  hook: string;
  /** Shown as the App's homepage. */
  home: string;
};

/** Throws Permanent where GitHub could not reach either address. URLs as readEnv would take them. */
export function addressesOf(env: Readonly<Record<string, string | undefined>>, fallbackHome: string): Addresses {
  const publicUrl = httpsUrl('PUBLIC_URL', env.PUBLIC_URL);
  // A smee channel is the address itself: it knows no paths, and adds ours when it forwards.
  const channel = httpsUrl('WEBHOOK_PROXY_URL', env.WEBHOOK_PROXY_URL);
  const hook = channel ?? (publicUrl === undefined ? undefined : `${publicUrl}/api/github/webhooks`);
  if (hook === undefined)
    throw new Permanent(
      'GitHub needs an address for its webhooks. Set PUBLIC_URL to the https address of this server, or, on a developer machine, WEBHOOK_PROXY_URL to a channel from https://smee.io/new.',
    );
  return { hook, home: publicUrl ?? fallbackHome };
}

function httpsUrl(name: string, value: string | undefined): string | undefined {
  const text = value?.trim();
  if (!text) return undefined;
  const url = URL.parse(text);
  if (url?.protocol === 'https:' && !url.username && !url.hash && !url.search) return url.href.replace(/\/+$/, '');
  throw new Permanent(
    `${name} is ${JSON.stringify(text.slice(0, 100))}, which GitHub cannot send webhooks to. Give an https address, or leave it unset.`,
  );
}

/** The JSON that the form posts. `redirect` is where GitHub sends the browser back to. */
export function manifestOf(
  file: AppFile,
  addresses: Addresses,
  given: { name: string | undefined; redirect: string },
): string {
  return JSON.stringify({
    ...file,
    name: given.name ?? file.name,
    url: addresses.home,
    hook_attributes: { ...file.hook_attributes, url: addresses.hook },
    redirect_url: given.redirect,
  });
}
