// Why the work that a run handed in was not accepted. It is hostile until inspected, so most of these are refusals.
import type { Data } from '../fill.ts';
import { kept } from './kept.ts';

const retry = 'Type `/retry` to have it made again.';
const refused = 'The work was refused and not pushed';

const refusals = {
  'bundle-too_large': `${refused}: it is larger than allowed. {detail}\n\nSplit the issue, or type \`/retry\`.`,
  'bundle-too_many_files': `${refused}: it changes more files than allowed. {detail}\n\nSplit the issue, or type \`/retry\`.`,
  'bundle-too_deep': `${refused}: its folders are nested deeper than allowed. {detail}\n\n${retry}`,
  'bundle-not_a_bundle': `${refused}: what was handed in is not a git bundle. {detail}\n\n${retry}`,
  'bundle-wrong_base': `${refused}: it does not build on the commit that the run started from. {detail}\n\n${retry}`,
  'bundle-corrupt': `${refused}: git finds it damaged. {detail}\n\n${retry}`,
  'bundle-symlink_escapes': `${refused}: a symbolic link leads out of the repository. {detail}\n\n${retry}`,
  'bundle-submodule': `${refused}: it adds a submodule, which brings code that nobody verified. {detail}\n\n${retry}`,
  'bundle-dot_git_path': `${refused}: it writes to a path that steers git. {detail}\n\n${retry}`,
  'bundle-bad_path': `${refused}: it has a file name that is not allowed. {detail}\n\n${retry}`,
  'bundle-case_collision': `${refused}: two of its paths differ only in case. {detail}\n\n${retry}`,
  'bundle-bad_mode': `${refused}: a file has a mode that is not allowed. {detail}\n\n${retry}`,
  'bundle-timeout': `${refused}: inspecting it took too long. {detail}\n\n${retry}`,
  'bundle-out-of-scope': `${refused}: it changes files outside the approved scope.\n\n- {paths}\n\n\`/retry\` has it made again inside the scope. Where these files are needed, \`/reject-plan <why>\` is for the plan that follows.`,
  'bundle-plan-edited': `${refused}: it changes the approved plan, in which only the boxes of tasks.md may be ticked.\n\n- {paths}\n\n${retry} Where the plan is wrong, a person corrects it by a push to the branch.`,
  'bundle-protected': `${refused}: it changes protected files.\n\n- {paths}\n\n\`/retry\` has it made again without them. Where they must change, a person does it in a pull request of their own.`,
  'bundle-secrets': `${refused}: it holds what looks like a credential.\n\n- {paths}\n\n${retry} A credential that is real has been seen by an agent and must be replaced.`,
  'bundle-plan-only': `${refused}: while planning, only plan files of one change may be written, as plain files in one folder under \`openspec/changes/\`: \`proposal.md\`, \`design.md\`, \`tasks.md\`, \`test-plan.json\`, \`.openspec.yaml\` and \`specs/…/spec.md\`.\n\n- {paths}\n\n${retry}`,
  'bundle-no-plan': `${refused}: it holds no plan that can be read under \`openspec/changes/\`. ${retry}`,
};

/** What was refused is kept; messages from before that was said lack its digest. */
export const bundle = Object.fromEntries(
  Object.entries(refusals).map(([id, words]) => [id, (data: Data) => `${words}${kept(data)}`]),
);
