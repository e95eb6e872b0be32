// Writes docs/schema/*.schema.json from the schemas in the code: `npm run schema`.
import { writeFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { schemaFiles } from '../config/schema.ts';

const folder = fileURLToPath(new URL('../../docs/schema/', import.meta.url));
for (const [file, schema] of Object.entries(schemaFiles())) {
  writeFileSync(`${folder}${file}`, `${JSON.stringify(schema, null, 2)}\n`);
  console.log(`wrote docs/schema/${file}`);
}
