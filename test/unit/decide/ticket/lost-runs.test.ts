// One run, two workflow runs: a dispatch that was answered unclearly started both, and one took the run.
import { expect, test } from 'vitest';
import { finished, layersFailed, lost, run, sha, toImplementing, toPlanning, toVerifying } from '../builders.ts';
import { ticket } from '../lifecycle.ts';

test('the end of a workflow run that did not take the run says nothing', () => {
  const stream = ticket().given(...toImplementing);
  stream.when({ ...lost(2), workflowRun: 999 }).nothing();
  expect(stream.state.runs.find((line) => line.run === run(2))?.outcome).toBeUndefined();
  stream.when({ ...lost(2), workflowRun: 102 }).stage('retrying', { resume: 'implement' });
});

test('what the next attempt reads names the failed tests and the end of the output', () => {
  const layers = layersFailed.map((layer) => ({
    ...layer,
    ...(layer.conclusion === 'failure' && {
      tests: [
        { name: 'sum > adds', status: 'failed' as const },
        { name: 'sum > subtracts', status: 'passed' as const },
      ],
      tail: 'expected 3, got 4',
    }),
  }));
  const { state } = ticket()
    .given(...toVerifying)
    .when(finished(3, 'verify', { layers }));
  expect(state.feedback).toContain('failed: sum > adds');
  expect(state.feedback).not.toContain('subtracts');
  expect(state.feedback).toContain('expected 3, got 4');
});

test('a run that was claimed and reports before its dispatch is answered goes on all the same', () => {
  ticket()
    .given(...toPlanning.filter(({ type }) => type !== 'RunDispatched'))
    .given({ type: 'RunClaimed', run: run(1), workflowRun: 101, start: sha('base') })
    .when(finished(1, 'plan'))
    .stage('publishing_plan')
    .then({ commands: [{ type: 'InspectBundle', start: sha('base') }] });
});
