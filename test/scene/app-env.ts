// What Gantry's environment says on the local world.
import type { World } from '../world/contract.ts';

export const appEnv = ({ app, url, actions }: World, more: Record<string, string>): Record<string, string> => ({
  APP_ID: String(app.id),
  PRIVATE_KEY: app.privateKey,
  WEBHOOK_SECRET: app.webhookSecret,
  GITHUB_API_URL: url,
  GITHUB_SERVER_URL: url,
  GITHUB_OIDC_ISSUER: actions.issuer,
  HOST: '127.0.0.1',
  ...more,
});
