// What a Dockerfile of ours must be beyond what Docker itself refuses; each rule returns what breaks it.
export type Instruction = { name: string; text: string; stage: number };
type Rule = { name: string; find: (all: readonly Instruction[]) => string[]; breach: string };

/** Instructions with their continued lines joined; comments left out. The stage counts from 1 with each FROM. */
export function instructionsOf(text: string): Instruction[] {
  let stage = 0;
  return text
    .replace(/^\s*#.*\n/gm, '')
    .replace(/\\\n/g, ' ')
    .split('\n')
    .filter((line) => line.trim() !== '')
    .map((line) => {
      const [name = ''] = line.trim().split(/\s/, 1);
      if (name === 'FROM') stage++;
      return { name, text: line.trim().slice(name.length).trim(), stage };
    });
}

const named = (all: readonly Instruction[], name: string) => all.filter((one) => one.name === name);
const stageNames = (all: readonly Instruction[]) =>
  named(all, 'FROM').flatMap(({ text }) => / AS (\S+)$/i.exec(text)?.[1] ?? []);
/** Stages that nothing is copied from: they are what is run. */
const finalStages = (all: readonly Instruction[]) => {
  const names = stageNames(all);
  return named(all, 'FROM')
    .map(({ stage }) => stage)
    .filter((stage) => !named(all, 'COPY').some(({ text }) => text.includes(`--from=${names[stage - 1]} `)));
};
const lastOf = (all: readonly Instruction[], name: string, stage: number) =>
  all.findLast((one) => one.name === name && one.stage === stage);

export const dockerfileRules: readonly Rule[] = [
  {
    name: 'every base is pinned to a whole version',
    find: (all) =>
      named(all, 'FROM')
        .map(({ text }) => text.split(' ')[0] ?? '')
        .filter((image) => !stageNames(all).includes(image) && !/:v?\d+\.\d+(\.\d+)?(-[\w.]+)*$/.test(image)),
    breach: 'FROM node:latest AS a\nUSER node\nHEALTHCHECK CMD ["true"]\nENTRYPOINT ["node"]',
  },
  {
    name: 'what runs is not root',
    find: (all) =>
      finalStages(all)
        .filter((stage) => /^(|root|0)(:|$)/.test(lastOf(all, 'USER', stage)?.text ?? ''))
        .map((stage) => `stage ${stage}`),
    breach: 'FROM node:24.1.0 AS a\nUSER node\nUSER root\nHEALTHCHECK CMD ["true"]\nENTRYPOINT ["node"]',
  },
  {
    name: 'what runs has a health check',
    find: (all) =>
      finalStages(all)
        .filter((stage) => !lastOf(all, 'HEALTHCHECK', stage))
        .map((stage) => `stage ${stage}`),
    breach: 'FROM node:24.1.0 AS a\nUSER node\nENTRYPOINT ["node"]',
  },
  {
    name: 'programs are started without a shell, so that signals reach them',
    find: (all) =>
      all.filter(({ name, text }) => /^(ENTRYPOINT|CMD)$/.test(name) && !text.startsWith('[')).map(({ text }) => text),
    breach: 'FROM node:24.1.0 AS a\nUSER node\nHEALTHCHECK CMD ["true"]\nENTRYPOINT node x',
  },
  {
    name: 'nothing is fetched by ADD or piped into a shell',
    find: (all) =>
      all
        .filter(({ name, text }) => name === 'ADD' || (name === 'RUN' && /(curl|wget)\b.*\|\s*(ba)?sh/.test(text)))
        .map(({ text }) => text),
    breach:
      'FROM node:24.1.0 AS a\nADD https://example.org/a /a\nUSER node\nHEALTHCHECK CMD ["true"]\nENTRYPOINT ["node"]',
  },
  {
    name: 'the whole folder is never copied',
    find: (all) =>
      named(all, 'COPY')
        .filter(({ text }) => /^(--\S+ )*\.\/? /.test(text))
        .map(({ text }) => text),
    breach: 'FROM node:24.1.0 AS a\nCOPY . /app\nUSER node\nHEALTHCHECK CMD ["true"]\nENTRYPOINT ["node"]',
  },
  {
    name: 'no secret is built in',
    find: (all) =>
      all
        .filter(({ name, text }) => /^(ENV|ARG|LABEL)$/.test(name) && /TOKEN|SECRET|PASSW|KEY|CREDENTIAL/i.test(text))
        .map(({ text }) => text),
    breach: 'FROM node:24.1.0 AS a\nARG API_TOKEN\nUSER node\nHEALTHCHECK CMD ["true"]\nENTRYPOINT ["node"]',
  },
  {
    name: 'apt leaves nothing behind and takes nothing that was not asked for',
    find: (all) =>
      named(all, 'RUN')
        .filter(({ text }) => text.includes('apt-get install'))
        .filter(({ text }) => !/--no-install-recommends/.test(text) || !text.includes('rm -rf /var/lib/apt/lists/*'))
        .map(({ text }) => text),
    breach:
      'FROM node:24.1.0 AS a\nRUN apt-get update && apt-get install -y git\nUSER node\nHEALTHCHECK CMD ["true"]\nENTRYPOINT ["node"]',
  },
];
