// The registry: one file per event, tested against the folder and against app.yml.
import { checkRun } from './check-run.ts';
import { checkSuite } from './check-suite.ts';
import type { Intake } from './contract.ts';
import { installation } from './installation.ts';
import { installationRepositories } from './installation-repositories.ts';
import { issueComment } from './issue-comment.ts';
import { issues } from './issues.ts';
import { member } from './member.ts';
import { mergeGroup } from './merge-group.ts';
import { pullRequest } from './pull-request.ts';
import { pullRequestReview } from './pull-request-review.ts';
import { push } from './push.ts';
import { workflowRun } from './workflow-run.ts';

export const intakes: readonly Intake[] = [
  checkRun,
  checkSuite,
  installation,
  installationRepositories,
  issueComment,
  issues,
  member,
  mergeGroup,
  pullRequest,
  pullRequestReview,
  push,
  workflowRun,
];
