// The local world: GitHub (and Linear) over real HTTP on this machine, with real git. See docs/architecture.md.
export type { Actor, Cause, Core, Grant, Permissions, RecordedRequest, World, WorldAnswer, WorldRequest } from './contract.ts';
