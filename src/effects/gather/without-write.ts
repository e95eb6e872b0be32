// Of people who said yes before: who may not any more.
import { atLeast } from '../../facts/person.ts';
import type { Repository } from '../../facts/repository.ts';
import type { Ports } from '../contract.ts';

export async function withoutWrite(
  { reader }: Pick<Ports, 'reader'>,
  repository: Repository,
  logins: readonly string[] = [],
): Promise<{ lapsed?: string[] }> {
  const roles = await Promise.all(logins.map((login) => reader.role(repository, login)));
  const lapsed = logins.filter((_, index) => !atLeast(roles[index] ?? 'none', 'write'));
  return lapsed.length > 0 ? { lapsed } : {};
}
