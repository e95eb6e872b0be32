// The same of a checkout on this machine: what can be judged without credentials.
import { openRepositoryFiles } from '../init/repository-files.ts';
import { callerPath, type Expected, judgeCaller } from './caller.ts';
import type { Finding } from './finding.ts';
import { judgePolicy, policyPath } from './policy.ts';
import { isWorkflow, judgeWorkflows, workflowFolder } from './workflows.ts';

export async function checkout(dir: string, expected: Expected): Promise<Finding[]> {
  const files = await openRepositoryFiles(dir);
  const caller = await files.text(callerPath);
  const policy = judgePolicy(await files.text(policyPath));
  const names = (await files.names(workflowFolder)).filter(isWorkflow);
  const workflows = await Promise.all(
    names.map(async (name) => ({ name, text: await files.text(`${workflowFolder}/${name}`) })),
  );
  return [...judgeCaller(caller, expected), ...policy.findings, ...judgeWorkflows(workflows, policy.policy?.push)];
}
