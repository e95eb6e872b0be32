// The one way HTML is made here: a template whose gaps are escaped. `raw` of hono is used for our own style sheet only.
import { html } from 'hono/html';

export { html };

/** Finished HTML. Whatever else stands in a gap of `html` is escaped. */
export type Html = ReturnType<typeof html>;
