// app.yml, the registration of the App: read by setup, which sends it, and by doctor, which compares.
import { readFileSync } from 'node:fs';
import { parse } from 'yaml';
import { z } from 'zod';

/** Right → least level. */
export type Rights = Readonly<Record<string, 'read' | 'write'>>;

const AppFile = z.strictObject({
  name: z.string().min(1).max(34),
  description: z.string().min(1),
  url: z.url(),
  public: z.literal(false),
  hook_attributes: z.strictObject({ url: z.url(), active: z.literal(true) }),
  default_permissions: z.record(z.string(), z.enum(['read', 'write'])),
  default_events: z.array(z.string()),
});
export type AppFile = z.infer<typeof AppFile>;

/** Rights that the App must never have: GitHub's refusal is our second line of defence (trust.md 3). */
export const forbiddenRights: readonly string[] = ['workflows', 'administration'];

/** Throws ZodError where our own file is broken; a test holds that it is not. */
export const readAppFile = (): AppFile =>
  AppFile.parse(parse(readFileSync(new URL('../../app.yml', import.meta.url), 'utf8')));
