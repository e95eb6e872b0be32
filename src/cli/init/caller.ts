// The caller workflow that a target repository carries: the template beside this file with three values filled in.
import { readFileSync } from 'node:fs';
import { Permanent } from '../../errors.ts';

export type CallerValues = {
  /** The account that holds the mirror of Gantry's repository, whose workflow is called. */
  owner: string;
  /** The commit of that mirror, in full: a branch or tag would let it change under us. */
  sha: string;
  /** Public address of the Gantry server, `https://host[:port][/path]`; http on loopback only. */
  server: string;
};

const template = new URL('caller-workflow.yml', import.meta.url);

/** Throws Permanent naming the value that cannot stand in a workflow file: they are inserted as they are, into YAML. */
export function callerWorkflow(values: CallerValues): string {
  const filled = { owner: ownerName(values.owner), sha: commitId(values.sha), server: serverUrl(values.server) };
  return readFileSync(template, 'utf8').replace(
    /\{\{(owner|sha|server)\}\}/g,
    (_, name: keyof CallerValues) => filled[name],
  );
}

/** As GitHub names accounts: letters, digits and single hyphens inside, at most 39. Throws Permanent. */
export function ownerName(text: string): string {
  if (/^[a-z\d](?:-?[a-z\d]){0,38}$/i.test(text) && text.length <= 39) return text;
  throw new Permanent(
    `owner is not the name of a GitHub account: ${shown(text)}. Give the organisation or user that holds the gantry repository, such as acme.`,
  );
}

/** Throws Permanent unless it is all 40 digits of a commit. */
export function commitId(text: string): string {
  if (/^[0-9a-f]{40}$/.test(text)) return text;
  throw new Permanent(
    `the pin is not a full commit id: ${shown(text)}. Give all 40 hexadecimal digits, as git rev-parse prints them.`,
  );
}

/** The address without a slash at its end. Throws Permanent where it is no plain http(s) address, or http beyond this machine. */
function serverUrl(text: string): string {
  const url = /^[\w.:/~%[\]-]+$/.test(text) && URL.canParse(text) ? new URL(text) : undefined;
  const local = url !== undefined && ['127.0.0.1', '[::1]', 'localhost'].includes(url.hostname);
  if (url?.protocol === 'https:' || (url?.protocol === 'http:' && local)) return url.href.replace(/\/+$/, '');
  throw new Permanent(
    `server is not an https address: ${shown(text)}. Give the PUBLIC_URL of your Gantry server, such as https://gantry.example.org (http works on this machine only).`,
  );
}

function shown(text: string): string {
  return JSON.stringify(text.length > 80 ? `${text.slice(0, 80)}…` : text);
}
