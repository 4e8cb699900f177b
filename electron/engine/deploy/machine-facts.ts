import { parseProbe, probeScript, type MachineFacts } from '../fleet/status/probe.ts';
import type { HostSession } from './host-session.ts';
import { deployError, deployProblems } from './problems.ts';

const timeLimitMs = 30_000;

/**
 * Asks a machine what it runs. This, and no exit code, is the state of a host.
 * @throws ProblemError `deploy-answer-unreadable`, `ssh-*`; the signal's reason
 */
export async function readMachineFacts(session: HostSession, signal: AbortSignal): Promise<MachineFacts> {
  const { stdout, stderr } = await session.exec(['sh', '-c', probeScript], { signal, timeoutMs: timeLimitMs });
  const facts = parseProbe(stdout);
  if (facts === null) throw deployError(deployProblems.unreadableAnswer(session.place, stderr || stdout));
  return facts;
}
