// Files and branches by REST: single files only, trees are read with git.
import { Permanent } from '../../../src/errors.ts';
import type { Repository } from '../../../src/facts/repository.ts';
import type { GitHubReader } from '../contract.ts';
import { at } from './address.ts';
import type { Client } from './client.ts';

/** A default branch is renamed once in a lifetime; a name that went stale is a branch that is gone, which stops the work. */
const KEPT_MS = 300_000;

export const createContentReader = ({
  ask,
  get,
}: Client): Pick<GitHubReader, 'textFile' | 'branch' | 'defaultBranch' | 'ownerId'> => {
  type About = { branch: string; owner: number; until: number };
  const known = new Map<number, About>();
  const about = async (repo: Repository): Promise<About> => {
    const kept = known.get(repo.id);
    if (kept && Date.now() < kept.until) return kept;
    const { data } = await get(repo.installation, (github) => github.request('GET /repos/{owner}/{repo}', at(repo)));
    const read = { branch: data.default_branch, owner: Number(data.owner.id), until: Date.now() + KEPT_MS };
    known.set(repo.id, read);
    return read;
  };
  return {
    textFile: async (repo, path, ref) => {
      const { answer } = await ask(
        repo.installation,
        (github) => github.request('GET /repos/{owner}/{repo}/contents/{path}', { ...at(repo), path, ref }),
        [404],
      );
      const file = answer?.data;
      if (!file || Array.isArray(file) || file.type !== 'file' || !('content' in file)) return undefined;
      // Over 1 MB GitHub leaves the content out and says encoding none.
      if (file.encoding !== 'base64')
        throw new Permanent(`${path} at ${ref} has ${file.size} bytes; GitHub shows 1 MB at most`);
      try {
        const text = new TextDecoder('utf-8', { fatal: true }).decode(Buffer.from(file.content, 'base64'));
        return { blob: file.sha, text };
      } catch (error) {
        throw new Permanent(`${path} at ${ref} is not UTF-8 text`, { cause: error });
      }
    },

    branch: async (repo, name) => {
      // 409: the repository has no commit yet.
      const { answer } = await ask(
        repo.installation,
        (github) => github.request('GET /repos/{owner}/{repo}/git/ref/{ref}', { ...at(repo), ref: `heads/${name}` }),
        [404, 409],
      );
      return answer?.data.object.sha;
    },

    defaultBranch: async (repo) => (await about(repo)).branch,
    ownerId: async (repo) => (await about(repo)).owner,
  };
};
