// What a line about a run says of it.
import { type About, aboutStreamId } from '../facts/about.ts';
import type { RunRow } from './lease.ts';

export const aboutRun = ({ id, stream, state, assignment }: RunRow): About => ({
  ...aboutStreamId(stream),
  run_id: id,
  harness: assignment.agent.name,
  state,
});
