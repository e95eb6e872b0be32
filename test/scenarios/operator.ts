// An operator with a token: asks the API of a Gantry that runs, as `gantry pause` and curl do.
import { randomUUID } from 'node:crypto';
import { operatorToken } from '../scene/scene.ts';

export const operatorOf = (url: string) => {
  const headers = { authorization: `Bearer ${operatorToken}` };
  const post = async (path: string, content: object, key: string = randomUUID()) => {
    const answer = await fetch(`${url}/api/v1${path}`, {
      method: 'POST',
      headers: { ...headers, 'content-type': 'application/json', 'idempotency-key': key },
      body: JSON.stringify(content),
    });
    return { status: answer.status, body: (await answer.json()) as Record<string, unknown> };
  };
  return {
    post,
    pause: (content: object) => post('/controls', content),
    resume: (scope: string) => post('/controls/resume', { scope, why: 'it is over' }),
    get: async (path: string) => {
      const answer = await fetch(url + path, { headers });
      return { status: answer.status, text: await answer.text() };
    },
  };
};
