// Programs of ours that run in a box lie beside the module that starts them, in the source and in a bundle alike.
import { dirname, extname } from 'node:path';
import { fileURLToPath } from 'node:url';

/** `url`: the module's own address. The extension is that module's: `.ts` in the source, `.js` once built. */
export const sibling = (url: string, name: string): string => {
  const own = fileURLToPath(url);
  return `${dirname(own)}/${name}${extname(own)}`;
};
