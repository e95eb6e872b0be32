// The files of base...head from git; emulate's own list is a stub.
import type { Git } from './git.ts';

export interface ChangedFile {
  sha: string;
  filename: string;
  status: string;
  additions: number;
  deletions: number;
  changes: number;
  blob_url: string;
  raw_url: string;
  contents_url: string;
  previous_filename?: string;
  patch?: string;
}

const STATUS: Record<string, string> = {
  A: 'added',
  D: 'removed',
  M: 'modified',
  R: 'renamed',
  C: 'copied',
  T: 'changed',
};

export async function changedFiles(
  git: Git,
  url: string,
  about: { full: string; base: string; head: string; patches: boolean },
): Promise<ChangedFile[]> {
  const { full, base, head } = about;
  const range = `${base}...${head}`;
  const fields = async (flag: string, ...more: string[]) =>
    (await git.raw(full, ['diff', flag, ...more, '-M', '-z', range])).toString().split('\0');
  const [raw, numbers] = await Promise.all([fields('--raw', '--no-abbrev'), fields('--numstat')]);
  const files: ChangedFile[] = [];
  for (let i = 0, j = 0; raw[i]; ) {
    const [, , , sha = '', code = 'M'] = (raw[i++] ?? '').split(' ');
    const [plus, minus, single] = (numbers[j++] ?? '').split('\t');
    const from = raw[i++] ?? '';
    const to = /^[RC]/.test(code) ? (raw[i++] ?? '') : from;
    if (!single) j += 2; // renamed: the two names follow
    const additions = Number(plus) || 0;
    const deletions = Number(minus) || 0;
    files.push({
      sha,
      filename: to,
      status: STATUS[code[0] ?? 'M'] ?? 'changed',
      additions,
      deletions,
      changes: additions + deletions,
      blob_url: `${url}/${full}/blob/${head}/${to}`,
      raw_url: `${url}/${full}/raw/${head}/${to}`,
      contents_url: `${url}/repos/${full}/contents/${encodeURI(to)}?ref=${head}`,
      ...(from !== to && { previous_filename: from }),
    });
  }
  if (about.patches) await addPatches(git, full, range, files);
  return files;
}

async function addPatches(git: Git, full: string, range: string, files: ChangedFile[]): Promise<void> {
  const whole = (await git.raw(full, ['diff', '-M', range])).toString();
  const parts = whole.split(/^diff --git /m).slice(1);
  files.forEach((file, i) => {
    const at = parts[i]?.indexOf('\n@@') ?? -1;
    if (at > 0) file.patch = parts[i]?.slice(at + 1).replace(/\n$/, '') ?? '';
  });
}
