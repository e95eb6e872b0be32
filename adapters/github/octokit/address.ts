// How GitHub addresses a repository, and what it answers where nothing is.
import type { Repository } from '../../../src/facts/repository.ts';

export const at = ({ owner, name }: Repository) => ({ owner, repo: name });

/** 404: absent, or hidden from the App. 410: deleted. */
export const ABSENT = [404, 410];
