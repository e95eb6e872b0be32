// `gantry run`: the whole life of one run on a machine. Nothing of the repository is fetched before the run is claimed.
import { createControlPlane, isRefused } from './control-plane.ts';
import { execute } from './execute.ts';
import type { Halt } from './halt.ts';
import { fetchIdentityToken } from './identity-token.ts';
import { inert, type JobLog } from './job-log.ts';
import type { Adapters, Settings } from './ports.ts';

/** True when a result of the run was accepted. Throws where the run could not even be claimed for reasons of ours. */
export async function run(settings: Settings, adapters: Adapters, halt: Halt, log: JobLog): Promise<boolean> {
  await log.summary(`### Gantry run ${inert(settings.run)}`);
  const controlPlane = createControlPlane(settings.server);
  const claimed = await log.group('Claim the run', async () => {
    const identityToken = await fetchIdentityToken(settings.identity, settings.server);
    settings.identity = undefined;
    return controlPlane.exchange(settings.run, identityToken);
  });
  if (isRefused(claimed)) {
    await log.summary(
      `The run was not handed to this job (${claimed.refused.status}): ${inert(claimed.refused.detail)}`,
    );
    return false;
  }
  const { assignment, token } = claimed;
  const { stage, phase, ticket, repository } = assignment;
  await log.summary(
    `Stage **${stage}**${phase ? `, phase ${phase.n} of ${phase.of}: ${inert(phase.title)},` : ''} of issue #${ticket.number} in ${inert(repository.fullName)}, fence ${assignment.fence}.`,
  );
  if (!settings.ephemeral)
    await log.summary(
      '> **Persistent runner.** Nothing says that this machine takes one job only, so Gantry does not merge this work by itself.',
    );
  const session = controlPlane.session(settings.run, token);
  return execute({ assignment, token, session, settings, adapters, halt, log });
}
