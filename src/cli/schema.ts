// Writes docs/schema/harness.schema.json from the policy's schema: `node src/cli/schema.ts`.
import { writeFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { harnessSchema } from '../config/schema.ts';

const target = fileURLToPath(new URL('../../docs/schema/harness.schema.json', import.meta.url));
writeFileSync(target, `${JSON.stringify(harnessSchema(), null, 2)}\n`);
console.log(`wrote ${target}`);
