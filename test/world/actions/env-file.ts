// The files through which a step talks back: GITHUB_OUTPUT, GITHUB_ENV and their like.

/** Reads `NAME=value` lines and `NAME<<END … END` blocks. An unfinished block throws, as the real runner does. */
export function parseEnvFile(text: string): Record<string, string> {
  const pairs: Record<string, string> = {};
  const lines = text.split('\n');
  for (let at = 0; at < lines.length; at++) {
    const line = (lines[at] ?? '').replace(/\r$/, '');
    if (line === '') continue;
    const block = /^([^=<]+)<<(.+)$/.exec(line);
    const equals = line.indexOf('=');
    if (block) {
      const [, name = '', end] = block;
      const body: string[] = [];
      for (at++; lines[at] !== end; at++) {
        if (at >= lines.length) throw new Error(`Invalid value. Matching delimiter not found '${end}'`);
        body.push(lines[at] ?? '');
      }
      pairs[name] = body.join('\n');
    } else if (equals > 0) {
      pairs[line.slice(0, equals)] = line.slice(equals + 1);
    } else {
      throw new Error(`Invalid format '${line}'`);
    }
  }
  return pairs;
}
