// The pages a person reads. Every one needs a token (trust.md 10).
import { Hono } from 'hono';
import type { ApiToken } from '../config/env-variables.ts';
import type { Db } from '../journal/tables.ts';

export function createPages(_db: Db, _tokens: readonly ApiToken[]): Hono {
  const pages = new Hono();
  pages.get('/', (context) => context.text('Sign in is not there yet.', 401));
  return pages;
}
