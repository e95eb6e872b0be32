// How many sequences a property is tried on: enough to be quick in `npm test`, thousands under `npm run test:faults`.
export const propertyRuns = (few: number, many: number): number => (process.env.GANTRY_FAULTS === 'all' ? many : few);
