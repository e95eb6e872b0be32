// What a secret looks like: the one list by which logs, evidence and job logs are cleared of them.

/**
 * Each kind with its form. A match goes as a whole, but for what stands in a group: that is kept. It begins at the edge of a
 * word, or behind an escape of JSON, whose letter is no part of it.
 */
export const secretForms = {
  /** All of GitHub's prefixes; the long `ghs_` form holds dots. */
  github_token: /(?:\b|(?<=\\[bfnrt]|\\u[0-9a-f]{4}))(?:gh[oprsu]_|github_pat_)[A-Za-z0-9_.-]{10,}/g,
  /** Installation tokens of older GitHub Enterprise Servers. Their 40 bare hex digits cannot be told from a commit. */
  ghes_token: /(?:\b|(?<=\\[bfnrt]|\\u[0-9a-f]{4}))v\d\.[0-9a-f]{40}\b/g,
  run_token: /(?:\b|(?<=\\[bfnrt]|\\u[0-9a-f]{4}))gtr_[A-Za-z0-9_-]{8,}/g,
  /** OpenAI's and Anthropic's. */
  model_key: /(?:\b|(?<=\\[bfnrt]|\\u[0-9a-f]{4}))sk-[A-Za-z0-9_-]{16,}/g,
  google_key: /(?:\b|(?<=\\[bfnrt]|\\u[0-9a-f]{4}))AIza[A-Za-z0-9_-]{30,}/g,
  aws_key: /(?:\b|(?<=\\[bfnrt]|\\u[0-9a-f]{4}))(?:AKIA|ASIA)[A-Z0-9]{16}\b/g,
  slack_token: /(?:\b|(?<=\\[bfnrt]|\\u[0-9a-f]{4}))xox[abprs]-[A-Za-z0-9-]{8,}/g,
  linear_key: /(?:\b|(?<=\\[bfnrt]|\\u[0-9a-f]{4}))lin_(?:api|oauth|wh)_[A-Za-z0-9]{8,}/g,
  /** A signature may be missing: its two other parts name who and what as well. */
  jwt: /(?:\b|(?<=\\[bfnrt]|\\u[0-9a-f]{4}))eyJ[A-Za-z0-9_-]{8,}\.[A-Za-z0-9_-]{8,}(?:\.[A-Za-z0-9_-]+)?/g,
  /** With a digit or padding in it: "basic authentication" is no secret. */
  authorization:
    /(?:\b|(?<=\\[bfnrt]|\\u[0-9a-f]{4}))((?:Bearer|Basic)\s+)(?=[A-Za-z._~+/-]{0,200}[0-9=])[A-Za-z0-9._~+/=-]{8,}/gi,
  /** `postgres://user:password@host`, `https://x-access-token:…@github.com`. */
  url_password:
    /(?:\b|(?<=\\[bfnrt]|\\u[0-9a-f]{4}))([a-z][a-z0-9+.-]{1,20}:\/\/[^\s/:@"']{0,100}:)[^\s/@"']{1,500}(?=@)/gi,
  /** To its end, or as far as it goes where it was cut off; line ends may be escaped, as in JSON. */
  private_key:
    /-----BEGIN [A-Z ]*PRIVATE KEY-----(?:[A-Za-z0-9+/=\s:,]|\\+[nr]|-(?!----END))*(?:-----END [A-Z ]*PRIVATE KEY-----)?/g,
} as const satisfies Record<string, RegExp>;

/** Puts `[redacted]` where a secret stood. Never breaks a line of JSON: no form reaches over a quotation mark. */
export const withoutSecrets = (text: string): string =>
  Object.values(secretForms).reduce(
    (rest, form) => rest.replace(form, (_, kept: unknown) => `${typeof kept === 'string' ? kept : ''}[redacted]`),
    text,
  );
