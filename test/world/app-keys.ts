// The App's private keys. GitHub takes each of those that stand in the App's settings; emulate knows one for ever, so what
// another one signed is signed again with that.
import { createPublicKey, generateKeyPair, sign, verify } from 'node:crypto';
import { promisify } from 'node:util';

export type AppKeys = {
  /** "Generate a private key": PEM. The others stay good. */
  add(): Promise<string>;
  /** "Delete" of one of them: what it signs is refused from now on. */
  drop(privateKey: string): void;
  /** The token as emulate takes it; undefined where no key of the settings made it. */
  taken(token: string): string | undefined;
};

export function createAppKeys(first: string): AppKeys {
  const live = new Set([first]);
  return {
    async add() {
      const { privateKey } = await promisify(generateKeyPair)('rsa', {
        modulusLength: 2048,
        publicKeyEncoding: { type: 'spki', format: 'pem' },
        privateKeyEncoding: { type: 'pkcs8', format: 'pem' },
      });
      live.add(privateKey);
      return privateKey;
    },
    drop: (privateKey) => void live.delete(privateKey),
    taken(token) {
      const [header = '', payload = '', signature = ''] = token.split('.');
      const text = Buffer.from(`${header}.${payload}`);
      const by = [...live].find((key) =>
        verify('sha256', text, createPublicKey(key), Buffer.from(signature, 'base64url')),
      );
      if (by === undefined || by === first) return by && token;
      return `${text}.${sign('sha256', text, first).toString('base64url')}`;
    },
  };
}
