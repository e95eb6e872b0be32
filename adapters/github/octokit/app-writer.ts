// What only the App itself may do: mint a token for git, ask for a delivery again.
import type { GitHubWriter } from '../contract.ts';
import type { Client } from './client.ts';

/** A string, not a literal: delivery ids may exceed 2^53, and Octokit's types want a number. */
const REDELIVER: string = 'POST /app/hook/deliveries/{delivery_id}/attempts';

export const createAppWriter = ({ ask, get }: Client): Pick<GitHubWriter, 'gitAuth' | 'redeliver'> => ({
  gitAuth: async (repo, access) => {
    const { data } = await get('app', (github) =>
      github.request('POST /app/installations/{installation_id}/access_tokens', {
        installation_id: repo.installation,
        repository_ids: [repo.id],
        permissions: { contents: access },
      }),
    );
    return { token: data.token, expiresAt: data.expires_at };
  },

  redeliver: async (id) => {
    const { answer } = await ask('app', (github) => github.request(REDELIVER, { delivery_id: id }), [404]);
    return answer ? 'accepted' : 'gone';
  },
});
