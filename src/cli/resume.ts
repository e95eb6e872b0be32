// `gantry resume`: lifts what keeps one scope still; what is left in force is listed.
import { ResumedAnswer } from '../api/wire-control.ts';
import { askApi } from './ask-api.ts';
import { type CliCommand, readArgs } from './command.ts';
import { controlLine } from './controls.ts';
import { scopeNamed } from './pause.ts';

export const resume: CliCommand = {
  name: 'resume',
  summary: 'Lifts what was paused, at exactly that scope.',
  usage: 'resume <global | owner/repo | repository:ID | adapter:NAME> --why <text>',
  async run(args, io) {
    const { values, positionals } = readArgs(args, { why: { type: 'string' } }, true);
    const content = { scope: scopeNamed(positionals), why: values.why ?? '' };
    const { lifted, standing } = await askApi(io, { path: '/controls/resume', scope: 'pause', content }, ResumedAnswer);
    for (const control of lifted) io.out(controlLine(control));
    if (standing.length > 0) io.out('Still in force:');
    for (const control of standing) io.out(`  ${controlLine(control)}`);
    return 0;
  },
};
