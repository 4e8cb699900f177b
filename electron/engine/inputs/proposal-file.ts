import { mkdirSync, readFileSync, renameSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { z } from 'zod';
import { fileHash, relativePath } from '../../../shared/contract/finding.ts';
import { hostComparison, lockChange } from '../../../shared/contract/inputs.ts';

/** What a job came to, in its folder: written when the hosts are compared, and again when they are built. */
export const proposalFile = z.object({
  version: z.literal(1),
  changes: z.array(lockChange),
  hosts: z.array(hostComparison),
  /** What accepting writes; `before` null: the file is not there yet. */
  files: z.array(z.object({ file: relativePath, before: fileHash.nullable(), text: z.string() })),
  isBuilt: z.boolean(),
});
export type ProposalFile = z.infer<typeof proposalFile>;

const decisionFile = z.object({ version: z.literal(1), state: z.enum(['accepted', 'discarded']), at: z.number() });
export type Decision = z.infer<typeof decisionFile>;

function read<Value>(path: string, schema: z.ZodType<Value>): Value | null {
  try {
    return schema.parse(JSON.parse(readFileSync(path, 'utf8')));
  } catch {
    return null;
  }
}

function write(path: string, value: unknown): void {
  mkdirSync(dirname(path), { recursive: true });
  const draft = `${path}.${process.pid}`;
  writeFileSync(draft, `${JSON.stringify(value, null, 2)}\n`, { mode: 0o600 });
  renameSync(draft, path);
}

/** null: the job has come to no result, or its folder was pruned. */
export function readProposal(jobFolder: string): ProposalFile | null {
  return read(join(jobFolder, 'proposal.json'), proposalFile);
}

export function writeProposal(jobFolder: string, proposal: ProposalFile): void {
  write(join(jobFolder, 'proposal.json'), proposal);
}

/** null: nobody has decided yet. */
export function readDecision(jobFolder: string): Decision | null {
  return read(join(jobFolder, 'decision.json'), decisionFile);
}

export function writeDecision(jobFolder: string, state: Decision['state'], at: number): void {
  const decision: Decision = { version: 1, state, at };
  write(join(jobFolder, 'decision.json'), decision);
}
