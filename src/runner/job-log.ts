// What a person sees of a run on GitHub: foldable groups in the job's log, and the job's summary.
import { appendFile } from 'node:fs/promises';
import { redact } from './redact.ts';

export type JobLog = {
  /** Everything printed until the promise settles is folded under `title`. */
  group<Result>(title: string, work: () => Promise<Result>): Promise<Result>;
  line(text: string): void;
  /** Text of others: no line of it can be a workflow command. */
  quote(text: string): void;
  /** One line of Markdown, written by us; untrusted parts through `inert`. */
  summary(markdown: string): Promise<void>;
};

export function createJobLog(write: (text: string) => void, summaryFile: string | undefined): JobLog {
  // The runner obeys lines that begin with `::`, and `##[` anywhere in a line.
  const plain = (text: string) => redact(text).replaceAll('##[', '# #[');
  const line = (text: string) =>
    write(
      `${plain(text)
        .replace(/^\s*::/, ': :')
        .replaceAll('\n', ' ')}\n`,
    );
  return {
    async group(title, work) {
      write(`::group::${plain(title).replaceAll('\n', ' ')}\n`);
      try {
        return await work();
      } finally {
        write('::endgroup::\n');
      }
    },
    line,
    quote: (text) => write(plain(text).replace(/^/gm, '| ').concat('\n')),
    summary: async (markdown) => {
      line(markdown);
      if (summaryFile !== undefined) await appendFile(summaryFile, `${redact(markdown)}\n`);
    },
  };
}

/** Untrusted text as code in Markdown: no link, no image, no mention. */
export const inert = (text: string): string => `\`${redact(text).replace(/[`\n]/g, ' ').trim() || ' '}\``;
