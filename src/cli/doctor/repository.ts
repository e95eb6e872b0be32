// One repository as GitHub shows it: installation, caller, policy, gate, workflows.
import type { Env } from '../../config/env.ts';
import { Permanent, UserFixable } from '../../errors.ts';
import type { Repository } from '../../facts/repository.ts';
import type { AppFile } from '../app-file.ts';
import { rights } from './app.ts';
import { callerPath, judgeCaller, readCaller } from './caller.ts';
import { type Finding, open, wrong } from './finding.ts';
import { gateRule } from './gate.ts';
import type { DoctorGitHub } from './github.ts';
import { judgePolicy, policyPath } from './policy.ts';
import { isWorkflow, judgeWorkflows, workflowFolder } from './workflows.ts';

export type About = { owner: string; name: string; pin: string | undefined };

export async function repository(
  github: DoctorGitHub,
  env: Env,
  file: AppFile,
  { owner, name, pin }: About,
): Promise<Finding[]> {
  const installed = await github.installation(owner, name);
  const page = `${env.github.serverUrl}/organizations/${owner}/settings/installations`;
  if (!installed)
    return [
      wrong(
        'installation',
        `the App is not installed on ${owner}/${name}, or there is no such repository`,
        `Install it on this repository: ${page}`,
      ),
    ];
  if (installed.suspended) return [wrong('installation', `the App is suspended for ${owner}`, `Unsuspend it: ${page}`)];
  const found = await github.repository(installed.id, owner, name);
  const branch = await github.defaultBranch(found);
  const caller = (await github.textFile(found, callerPath, branch))?.text;
  const expected = { pin: pin ?? (await mirrorTip(github, caller)), server: env.http.publicUrl };
  const policy = judgePolicy((await github.textFile(found, policyPath, branch))?.text);
  return [
    ...rights('installation', installed, file, `Accept the App's permissions: ${page}`),
    ...judgeCaller(caller, expected),
    ...policy.findings,
    await gateOf(github, found, branch, env.app.id),
    ...judgeWorkflows(await workflowsOf(github, found, branch), policy.policy?.push),
  ];
}

/** The newest commit of the mirror that the caller names; undefined where the App cannot look there. */
async function mirrorTip(github: DoctorGitHub, caller: string | undefined): Promise<string | undefined> {
  const owner = caller === undefined ? undefined : readCaller(caller)?.owner;
  const installed = owner === undefined ? undefined : await github.installation(owner, 'gantry');
  if (owner === undefined || !installed || installed.suspended) return undefined;
  const mirror = await github.repository(installed.id, owner, 'gantry');
  return github.branch(mirror, await github.defaultBranch(mirror));
}

async function gateOf(github: DoctorGitHub, found: Repository, branch: string, appId: number): Promise<Finding> {
  try {
    return gateRule(await github.rules(found, branch), branch, appId);
  } catch (error) {
    // Servers without rulesets refuse the question; everything else here is worth having without it.
    if (!(error instanceof Permanent || error instanceof UserFixable)) throw error;
    return open('gate', `not checked: ${error.message}`);
  }
}

async function workflowsOf(github: DoctorGitHub, found: Repository, branch: string) {
  const names = (await github.folder(found, workflowFolder, branch)).filter(isWorkflow);
  const files: { name: string; text: string | undefined }[] = [];
  for (const name of names) {
    const read = await github.textFile(found, `${workflowFolder}/${name}`, branch).catch((error: unknown) => {
      // Too large or no text: what cannot be read is never harmless. What GitHub refuses for now is an error of the doctor.
      if (error instanceof Permanent) return undefined;
      throw error;
    });
    files.push({ name, text: read?.text });
  }
  return files;
}
