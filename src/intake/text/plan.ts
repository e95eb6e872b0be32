// Reads a plan's files: test-plan.json, and the digest that an approval is bound to (trust.md 13).
import { createHash } from 'node:crypto';
import { Bug } from '../../errors.ts';
import { TestPlan } from '../../facts/plan.ts';
import { maskTasks } from './tasks.ts';

export type TestPlanRead = { status: 'ok'; plan: TestPlan } | { status: 'broken'; problems: string[] };

/** Bytes are not counted exactly: the bound only keeps hostile files from being parsed. */
const longestPlan = 262_144;
const mostProblems = 50;

const asJson = (text: string): { value: unknown } | { problem: string } => {
  try {
    return { value: JSON.parse(text) };
  } catch (error) {
    if (error instanceof SyntaxError) return { problem: `test-plan.json is not JSON: ${error.message}` };
    throw error;
  }
};

/** Every problem is one sentence that names the field. */
export const readTestPlan = (text: string): TestPlanRead => {
  if (text.length > longestPlan) {
    return { status: 'broken', problems: [`test-plan.json has more than ${longestPlan} characters: split the change`] };
  }
  const json = asJson(text);
  if ('problem' in json) return { status: 'broken', problems: [json.problem] };
  const parsed = TestPlan.safeParse(json.value);
  if (parsed.success) {
    const ids = parsed.data.criteria.map(({ id }) => id);
    const twice = ids.filter((id, index) => ids.indexOf(id) !== index);
    if (twice.length === 0) return { status: 'ok', plan: parsed.data };
    return { status: 'broken', problems: [...new Set(twice)].map((id) => `criteria: ${id} stands there twice`) };
  }
  const problems = parsed.error.issues.map(({ path, message }) => `${path.join('.') || 'test-plan.json'}: ${message}`);
  return { status: 'broken', problems: problems.slice(0, mostProblems) };
};

/** The id git gives to a blob with this content, in a sha1 repository. */
export const blobId = (content: string | Uint8Array): string => {
  const bytes = typeof content === 'string' ? Buffer.from(content, 'utf8') : content;
  return createHash('sha1').update(`blob ${bytes.byteLength}\0`).update(bytes).digest('hex');
};

/** A file of the change's folder. tasks.md must come with its content, since its boxes are masked; others need not. */
export type PlanFile = { path: string; content: string } | { path: string; blob: string };

const isTasks = (path: string): boolean => /^openspec\/changes\/[^/]+\/tasks\.md$/.test(path);

const digestedBlob = (file: PlanFile): string => {
  if ('content' in file) return blobId(isTasks(file.path) ? maskTasks(file.content) : file.content);
  if (isTasks(file.path))
    throw new Bug('the plan digest needs the content of tasks.md, a blob id does not mask its boxes');
  return file.blob;
};

/** sha256 hex over path and blob id of every file, in the order of the paths. A ticked task box does not change it. */
export const planDigest = (files: readonly PlanFile[]): string => {
  const blobs = new Map(files.map((file) => [file.path, digestedBlob(file)]));
  if (blobs.size !== files.length) throw new Bug('a plan has the same path twice');
  const hash = createHash('sha256');
  for (const path of [...blobs.keys()].sort()) hash.update(`${path}\0${blobs.get(path)}\0`);
  return hash.digest('hex');
};
