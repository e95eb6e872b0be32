// The two pages of the set-up. Everything in them is escaped; nothing is loaded from elsewhere.

const escaped = (text: string): string => text.replace(/[&<>"']/g, (one) => `&#${one.charCodeAt(0)};`);

const page = (title: string, body: string): string =>
  `<!doctype html><html lang="en"><meta charset="utf-8"><title>${escaped(title)}</title>` +
  '<style>body{font:16px/1.5 system-ui;max-width:40rem;margin:4rem auto;padding:0 1rem}button{font:inherit;padding:.5rem 1rem}pre{overflow:auto;background:#8882;padding:1rem}</style>' +
  `<h1>${escaped(title)}</h1>${body}`;

/** Shows what will be sent and sends it only when the button is pressed. */
export const formPage = (action: string, manifest: string): string =>
  page(
    'Register Gantry as a GitHub App',
    `<p>GitHub asks you to confirm a name and then comes back here. This is what the App will be allowed to do and where its webhooks go:</p>
<pre>${escaped(JSON.stringify(JSON.parse(manifest), null, 2))}</pre>
<form method="post" action="${escaped(action)}"><input type="hidden" name="manifest" value="${escaped(manifest)}"><button>Register on GitHub</button></form>`,
  );

export const donePage = (install: string): string =>
  page(
    'Registered',
    `<p>The credentials are saved. Now <a href="${escaped(install)}" rel="noreferrer">install the App</a> on your repositories and on your mirror of Gantry, then run <code>npm start</code>.</p>`,
  );

export const refusedPage = (why: string): string => page('Not registered', `<p>${escaped(why)}</p>`);
