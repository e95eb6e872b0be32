// Commands that only read: whatever goes wrong meanwhile, the answer on record is the one of the clean run.
import type { CommandOf } from '../../../src/decide/command.ts';
import type { CommandGiven } from '../../../src/facts/comment.ts';
import { storeArtifact } from '../../../src/journal/artifact.ts';
import type { Fragment } from '../fragment.ts';
import { bundleOf, givenTicket, personOf, planCommit, shared } from '../given.ts';
import { changeId, planFiles } from '../target-repository.ts';

const role = /^GET \/repos\/[^/]+\/[^/]+\/collaborators\/[^/]+\/permission$/;
const base = { write: false, heard: false } as const;

export const reads = {
  ReadStart: {
    ...base,
    at: 'reader.role',
    route: role,
    prepare: async (stage) => {
      const ticket = await givenTicket(stage, { labelled: true });
      return ticket.command({ type: 'ReadStart', issue: ticket.issue, by: personOf(stage, 'mona'), covers: 'event' });
    },
  },
  ReadAuthority: {
    ...base,
    at: 'reader.role',
    route: role,
    prepare: async (stage) => {
      const ticket = await givenTicket(stage);
      return ticket.command({ type: 'ReadAuthority', ask: await ticket.says('/retry', { name: 'retry' }) });
    },
  },
  ReadLabelAuthority: {
    ...base,
    at: 'reader.role',
    route: role,
    prepare: async (stage) => {
      const ticket = await givenTicket(stage);
      const by = personOf(stage, 'tess');
      return ticket.command({ type: 'ReadLabelAuthority', label: 'ai-hold', change: 'removed', by });
    },
  },
  ReadApproval: {
    ...base,
    at: 'reader.comment',
    route: /^GET \/repos\/[^/]+\/[^/]+\/issues\/comments\/\d+$/,
    prepare: async (stage) => {
      const ticket = await givenTicket(stage);
      await planCommit(stage);
      const ask: CommandGiven = await ticket.says('/approve-plan', { name: 'approve-plan' });
      const { issue } = ticket;
      return ticket.command({ type: 'ReadApproval', ask, issue, branch: 'gantry/plan', base: 'main', changeId });
    },
  },
  ReadStartApproval: {
    ...base,
    at: 'reader.comment',
    route: /^GET \/repos\/[^/]+\/[^/]+\/issues\/comments\/\d+$/,
    prepare: async (stage) => {
      const ticket = await givenTicket(stage, { labelled: true });
      const ask: CommandGiven = await ticket.says('/approve-plan', { name: 'approve-plan' });
      return ticket.command({ type: 'ReadStartApproval', ask, issue: ticket.issue });
    },
  },
  ReadPlan: {
    ...base,
    at: 'git.mirror',
    prepare: async (stage) => {
      const ticket = await givenTicket(stage);
      const head = await planCommit(stage);
      return ticket.command({ type: 'ReadPlan', head, base: 'main', changeId });
    },
  },
  ReadReviewer: {
    ...base,
    at: 'reader.role',
    route: role,
    prepare: async (stage) => {
      const ticket = await givenTicket(stage);
      return ticket.command({ type: 'ReadReviewer', login: 'will', review: 900 }, 'pull');
    },
  },
  GatherPull: {
    ...base,
    at: 'git.mirror',
    prepare: async (stage) => {
      const ticket = await givenTicket(stage);
      const head = await planCommit(stage);
      const pull = await shared(stage, 'pull', () => ticket.pull());
      const command: CommandOf<'GatherPull'> = {
        type: 'GatherPull',
        pull,
        origin: 'people',
        head,
        base: 'main',
        criteria: [],
      };
      return ticket.command(command, 'pull');
    },
  },
  InspectBundle: {
    ...base,
    at: 'git.inspect',
    prepare: async (stage) => {
      const ticket = await givenTicket(stage);
      const { start, bytes } = await shared(stage, 'bundle', () => bundleOf(stage, ticket.repository, planFiles()));
      const artifact = await storeArtifact(stage.journal.db, bytes, 'application/octet-stream');
      const run = `${ticket.repository.id}-${ticket.issue}-1`;
      const command: CommandOf<'InspectBundle'> = {
        type: 'InspectBundle',
        run,
        stage: 'plan',
        artifact,
        start,
        base: 'main',
        scope: [],
        protected: [],
      };
      return ticket.command(command);
    },
  },
} satisfies Record<string, Fragment>;
