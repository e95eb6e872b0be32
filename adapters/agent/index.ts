// Every agent that Gantry can start. Imported by roots only.
import type { AgentName } from '../../src/facts/policy.ts';
import { acp } from './acp/acp.ts';
import { claudeCode } from './claude_code/claude-code.ts';
import { codex } from './codex/codex.ts';
import type { AgentAdapter } from './contract.ts';
import { geminiCli } from './gemini_cli/gemini-cli.ts';
import { openhands } from './openhands/openhands.ts';

export const agents: Readonly<Record<AgentName, AgentAdapter>> = {
  codex,
  claude_code: claudeCode,
  gemini_cli: geminiCli,
  openhands,
  acp,
};
