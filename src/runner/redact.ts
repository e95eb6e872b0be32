// Text of hostile programs before it is shown or kept: no secrets, no control characters, bounded.

/** GitHub's token forms (the long `ghs_` one holds dots), ours, and anything that looks like a JWT or a key block. */
const secrets: readonly RegExp[] = [
  /\b(?:gh[oprsu]_|github_pat_)[A-Za-z0-9_.-]{16,}/g,
  /\bgtr_[A-Za-z0-9_-]{20,}/g,
  /\beyJ[A-Za-z0-9_-]{8,}\.[A-Za-z0-9_-]{8,}\.[A-Za-z0-9_-]{8,}/g,
  /\bsk-[A-Za-z0-9_-]{20,}/g,
  /\bAKIA[A-Z0-9]{16}\b/g,
  /-----BEGIN [A-Z ]*PRIVATE KEY-----[\s\S]*?(?:-----END [A-Z ]*PRIVATE KEY-----|$)/g,
];

/** Colours and cursor moves, then every other control character but tab and line feed. */
// biome-ignore lint/suspicious/noControlCharactersInRegex: they are what is looked for
const control = /\u001b\[[0-9;?]*[ -/]*[@-~]|[\u0000-\u0008\u000b-\u001f\u007f]/g;

export const redact = (text: string): string =>
  secrets.reduce((rest, secret) => rest.replace(secret, '[redacted]'), text.replace(control, ''));

/** One line of at most `most` characters, for a sentence. */
export const oneLine = (text: string, most = 300): string => {
  const line = redact(text).replace(/\s+/g, ' ').trim();
  return line.length > most ? `${line.slice(0, most - 1)}…` : line;
};

/** The end of a text, without a half line or half a character at its front. */
export const lastOf = (text: string, most: number): string => {
  if (text.length <= most) return text;
  const end = text.slice(-most);
  return end.slice(end.indexOf('\n') + 1);
};
