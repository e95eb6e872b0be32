// Gantry's reusable workflow, as a mirror in a customer's organisation carries it.
import { readFileSync } from 'node:fs';

export const gantryWorkflow = readFileSync(new URL('../../../.github/workflows/gantry.yml', import.meta.url), 'utf8');
