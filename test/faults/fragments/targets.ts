// What is kept equal outside: whatever goes wrong meanwhile, it is there once and says what the state says.
import * as words from '../../unit/decide/builders.ts';
import type { Fragment } from '../fragment.ts';
import { type GivenTicket, givenTicket } from '../given.ts';
import { givenPull } from '../given-pull.ts';
import type { Stage } from '../stage.ts';
import { targetWork } from '../work.ts';

const comments = /\/issues\/\d+\/comments$/;
const comment = {
  at: 'writer.createComment',
  route: /^POST \/repos\/[^/]+\/[^/]+\/issues\/\d+\/comments$/,
  write: true,
  heard: true,
  list: { path: comments },
} as const;

const saidOn = async ({ world }: Stage, { full }: Pick<GivenTicket, 'full'>, number: number) =>
  (await world.person('mona').comments(full, number)).filter(({ user }) => user.type === 'Bot').map(({ body }) => body);

/** Something that was typed and could not be read is answered by a reaction and a reply. */
async function givenMisread(stage: Stage) {
  const ticket = await givenTicket(stage);
  const { comment: ref, by } = await ticket.says('/aprove-plan', { name: 'retry' });
  await ticket.place(ticket.streams.ticket, [
    { type: 'CommandMisread', text: '/aprove-plan', problem: 'there is no such command', comment: ref, by },
  ]);
  return { ticket, id: ref.id };
}

export const targets = {
  notice: {
    ...comment,
    async prepare(stage) {
      const ticket = await givenTicket(stage);
      const thin = { ...words.issue(), criteria: [] };
      await ticket.place(ticket.streams.ticket, [words.labelled(), words.startRead({ issue: thin })]);
      return ticket.target('ticket', `notice/${ticket.issue}`, () => saidOn(stage, ticket, ticket.issue));
    },
  },
  reply: {
    ...comment,
    async prepare(stage) {
      const { ticket, id } = await givenMisread(stage);
      return ticket.target('ticket', `reply/${id}`, () => saidOn(stage, ticket, ticket.issue));
    },
  },
  reaction: {
    at: 'writer.react',
    route: /^POST \/repos\/[^/]+\/[^/]+\/issues\/comments\/\d+\/reactions$/,
    write: true,
    heard: false,
    async prepare(stage) {
      const { ticket, id } = await givenMisread(stage);
      return ticket.target('ticket', `reaction/${id}/-1`, async () => {
        const path = `/repos/${ticket.full}/issues/comments/${id}/reactions`;
        const { json } = await stage.world.person('mona').request<{ content: string }[]>('GET', path);
        return json.map(({ content }) => content);
      });
    },
  },
  label: {
    at: 'writer.addLabel',
    route: /^POST \/repos\/[^/]+\/[^/]+\/issues\/\d+\/labels$/,
    write: true,
    heard: true,
    async prepare(stage) {
      const ticket = await givenTicket(stage);
      await ticket.place(ticket.streams.ticket, [words.labelled(), words.gaveUp('ReadStart')]);
      return ticket.target('ticket', `label/${ticket.issue}/ai-blocked`, async () =>
        (await stage.world.person('mona').issue(ticket.full, ticket.issue)).labels.map(({ name }) => name),
      );
    },
  },
  sticky: {
    ...comment,
    async prepare(stage) {
      const { ticket, stream, number, repository } = await givenOwn(stage);
      return {
        repository,
        work: targetWork(stage, stream, `sticky/${number}`),
        outside: () => saidOn(stage, ticket, number),
      };
    },
  },
  check: {
    at: 'writer.createCheckRun',
    route: /^POST \/repos\/[^/]+\/[^/]+\/check-runs$/,
    write: true,
    heard: true,
    list: { path: /\/commits\/[0-9a-f]+\/check-runs$/, empty: { total_count: 0, check_runs: [] } },
    async prepare(stage) {
      const { ticket, stream, head, repository } = await givenOwn(stage);
      return {
        repository,
        work: targetWork(stage, stream, `check/${head}/harness/governance`),
        // GitHub keeps every check run; the newest of a name is the one that counts.
        outside: async () =>
          (await stage.world.person('mona').checks(ticket.full, head))
            .map(({ name, status, conclusion }) => ({ name, status, conclusion }))
            .at(-1),
      };
    },
  },
} satisfies Record<string, Fragment>;

async function givenOwn(stage: Stage) {
  const given = await givenPull(stage, stage.repository, false);
  return { ...given, repository: given.ticket.repository };
}
