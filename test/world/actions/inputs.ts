// Inputs of a dispatch and of a call: checked against their declaration, defaults filled in, typed.
import type { JsonObject } from '../contract.ts';
import type { InputDefinition, TriggerDefinition } from './workflow-file.ts';

const most = 25;
const longest = 65_535;

/** The typed inputs, or the sentence with which GitHub refuses them. */
export function inputsOfDispatch(
  trigger: TriggerDefinition,
  given: JsonObject,
): { inputs: JsonObject } | { problem: string } {
  const declared = trigger.inputs ?? {};
  const count = Object.keys(given).length;
  if (count > most)
    return { problem: `Invalid request.\n\nNo more than ${most} properties are allowed; ${count} were supplied.` };
  if (JSON.stringify(given).length > longest) return { problem: 'inputs are too large.' };
  const unknown = Object.keys(given).filter((name) => !declared[name]);
  if (unknown.length) return { problem: `Unexpected inputs provided: ${JSON.stringify(unknown)}` };
  const inputs: JsonObject = {};
  for (const [name, input] of Object.entries(declared)) {
    const value = given[name] ?? input.default;
    if (input.required && (value === undefined || value === ''))
      return { problem: `Required input '${name}' not provided` };
    if (input.type === 'choice' && value !== undefined && !input.options?.map(String).includes(String(value))) {
      return { problem: `Provided value '${value}' for input '${name}' not in the list of allowed values` };
    }
    inputs[name] = typed(input, value);
  }
  return { inputs };
}

export function inputsOfCall(trigger: TriggerDefinition, given: JsonObject): JsonObject {
  const declared = Object.entries(trigger.inputs ?? {});
  return Object.fromEntries(declared.map(([name, input]) => [name, typed(input, given[name] ?? input.default)]));
}

function typed(input: InputDefinition, value: unknown): unknown {
  if (input.type === 'boolean') return value === true || value === 'true';
  if (input.type === 'number') return Number(value ?? 0);
  return value === undefined ? '' : String(value);
}
