// What the supervisor in a box is told, and where everything of ours lies in every box.
import { dirname, extname } from 'node:path';
import { fileURLToPath } from 'node:url';
import type { Box, Inside } from './contract.ts';
import type { InsideOrder } from './inside.ts';

/** The box has a network of its own, so fixed ports meet nobody. */
const modelPort = 8787;
const egressPort = 3128;

/** `.mts` because no package.json is there to say that the files are modules. */
export const insidePaths = {
  node: '/run/gantry/node',
  supervisor: '/run/gantry/inside.mts',
  bridge: '/run/gantry/bridge.mts',
  model: '/run/gantry/model.sock',
  egress: '/run/gantry/egress.sock',
  control: '/run/gantry/control.sock',
};

/** Home of a box that was given none. */
export const ownHome = '/home/agent';

/** The supervisor's own memory and threads come on top of what the command may use. */
export const supervisorBytes = 128 * 1024 * 1024;
export const supervisorThreads = 32;

/** Beside this file, with its extension: `.ts` in the source, `.js` once built. */
export const sibling = (name: string): string => {
  const own = fileURLToPath(import.meta.url);
  return `${dirname(own)}/${name}${extname(own)}`;
};

export const insideOf = (box: Box): Inside => ({
  home: box.home ?? ownHome,
  tmp: '/tmp',
  ...(box.modelSocket === undefined ? {} : { modelUrl: `http://127.0.0.1:${modelPort}` }),
  ...(box.egressSocket === undefined ? {} : { proxyUrl: `http://127.0.0.1:${egressPort}` }),
});

export const orderOf = (box: Box, command: readonly string[], limiter: readonly string[]): InsideOrder => ({
  command,
  env: box.env(insideOf(box)),
  bridges: [
    ...(box.modelSocket === undefined ? [] : [{ port: modelPort, path: insidePaths.model }]),
    ...(box.egressSocket === undefined ? [] : [{ port: egressPort, path: insidePaths.egress }]),
  ],
  limiter,
});
