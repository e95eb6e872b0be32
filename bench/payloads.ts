// Signed webhooks as a busy repository sends them: alike in shape, different in every id, commit and title.
import { createHmac, randomBytes, randomInt } from 'node:crypto';
import { readFileSync } from 'node:fs';
import { createRequire } from 'node:module';

export type Signed = { body: string; signature: string };

/** From the pull_request event that GitHub documents. Equal bodies would flatter whatever compresses them. */
export function signedPayloads(count: number, secret: string): Signed[] {
  const file = createRequire(import.meta.url).resolve('@octokit/webhooks-examples');
  const examples = JSON.parse(readFileSync(file, 'utf8')) as { name: string; examples: unknown[] }[];
  const example = JSON.stringify(examples.find(({ name }) => name === 'pull_request')?.examples[0]);
  return Array.from({ length: count }, () => {
    const body = vary(example);
    return { body, signature: `sha256=${createHmac('sha256', secret).update(body).digest('hex')}` };
  });
}

/** The same old value gets the same new one throughout a payload, as an id or a commit would. */
function vary(example: string): string {
  const names = new Map<string, string>();
  const renamed = (old: string, make: () => string) => {
    const name = names.get(old) ?? make();
    names.set(old, name);
    return name;
  };
  return example
    .replace(/\b[0-9a-f]{40}\b/g, (sha) => renamed(sha, () => randomBytes(20).toString('hex')))
    .replace(/\b\d{6,15}\b/g, (id) => renamed(id, () => String(randomInt(10 ** (id.length - 1), 10 ** id.length - 1))))
    .replace(/"(title|body)":"[^"]*"/g, (_, field) => `"${field}":"${randomBytes(120).toString('base64url')}"`);
}
