// People as they act in tests and demo, and the bots that exist before they do anything.
import type { Core } from './contract.ts';
import { createPerson, type Person } from './person.ts';
import { ACTIONS_APP, APP, PEOPLE, tokenOf } from './seed.ts';

/** What else a user's row holds; emulate shows it as it stands. */
const EMPTY_PROFILE = {
  company: null,
  blog: '',
  location: null,
  hireable: null,
  bio: null,
  twitter_username: null,
  public_repos: 0,
  public_gists: 0,
  followers: 0,
  following: 0,
};

/** emulate makes a bot at its App's first write; rights and workflow actors are asked before that. */
export function furnish(core: Core): void {
  for (const [app, name] of [
    [APP, 'Gantry'],
    [ACTIONS_APP, 'GitHub Actions'],
  ] as const) {
    const login = `${app.slug}[bot]`;
    const bot = core.emulate.table('users').insert({
      ...EMPTY_PROFILE,
      login,
      node_id: `BOT_${app.id}`,
      name,
      email: null,
      avatar_url: `${core.url}/avatars/${app.slug}`,
      gravatar_id: '',
      site_admin: false,
      type: 'Bot',
    });
    core.emulate.table('users').update(bot.id, { email: `${bot.id}+${login}@users.noreply.github.com` });
  }
}

export function peopleOf(core: Core): (login: string) => Person {
  return (login) => {
    const user = core.userOf({ login });
    if (!(login in PEOPLE) || !user) {
      throw new Error(`nobody is called ${login} here; known are ${Object.keys(PEOPLE).join(', ')}`);
    }
    const appToken = `ghu_${login}`;
    core.emulate.tokens.set(appToken, { login, id: user.id, scopes: ['repo'] });
    return createPerson({ url: core.url, login, id: user.id, token: tokenOf(login), appToken });
  };
}
