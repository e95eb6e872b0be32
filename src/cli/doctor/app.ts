// Is the App on GitHub the one that app.yml describes, with the credentials that we hold?
import { type AppFile, forbiddenRights } from '../app-file.ts';
import { type Finding, ok, wrong } from './finding.ts';
import type { DoctorGitHub, Granted } from './github.ts';

export async function app(github: Pick<DoctorGitHub, 'app'>, file: AppFile, appId: number): Promise<Finding[]> {
  const registered = await github.app();
  if (registered.id !== appId)
    return [
      wrong(
        'app',
        `the private key belongs to App ${registered.id}, APP_ID is ${appId}`,
        `Set APP_ID=${registered.id}, or use the key of App ${appId}`,
      ),
    ];
  return [
    ok('app', `the credentials are those of ${registered.slug} (${registered.id})`),
    ...rights('app', registered, file, "Change it in the App's settings, under Permissions & events"),
  ];
}

/** What differs from app.yml, most of it in one line; a right that is more than Gantry may have is a fault too. */
export function rights(about: string, given: Granted, file: AppFile, fix: string): Finding[] {
  const lacking = Object.entries(file.default_permissions).filter(
    ([right, level]) => given.permissions[right] !== level && given.permissions[right] !== 'write',
  );
  const deaf = file.default_events.filter((event) => !given.events.includes(event));
  const excess = forbiddenRights.filter((right) => given.permissions[right] !== undefined);
  const findings: Finding[] = [];
  if (lacking.length > 0)
    findings.push(wrong(about, `permissions are missing: ${lacking.map((pair) => pair.join(': ')).join(', ')}`, fix));
  if (deaf.length > 0) findings.push(wrong(about, `events are missing: ${deaf.join(', ')}`, fix));
  if (excess.length > 0)
    findings.push(
      wrong(
        about,
        `has rights that Gantry must not have: ${excess.join(', ')}`,
        "Take them away in the App's settings, under Permissions & events",
      ),
    );
  return findings.length > 0 ? findings : [ok(about, 'permissions and events are those of app.yml')];
}
