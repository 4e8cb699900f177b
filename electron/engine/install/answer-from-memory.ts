import type { JobId } from '../../../shared/contract/ids.ts';
import type { Prompt } from '../../../shared/contract/job.ts';
import type { Jobs } from '../jobs/jobs.ts';
import type { MachineSecrets } from '../machines/memory.ts';

/**
 * Answers what a job asks and a person has typed before: the runner is another process, and a secret reaches it only as an
 * answer on its socket. Each is given once; a question that comes again wants another answer.
 */
export async function answerFromMemory(
  jobs: Pick<Jobs, 'watch' | 'answer'>,
  id: JobId,
  secrets: MachineSecrets,
  signal: AbortSignal,
): Promise<void> {
  const given = new Set<keyof MachineSecrets>();
  const asked = new Set<string>();
  try {
    for await (const event of jobs.watch(id, signal)) {
      const prompt = event.type === 'snapshot' ? event.job.summary.pendingPrompt : event.summary.pendingPrompt;
      if (prompt === null || asked.has(prompt.id)) continue;
      asked.add(prompt.id);
      const kind = kindOf(prompt);
      const answer = kind === null || given.has(kind) ? undefined : secrets[kind];
      if (kind === null || answer === undefined) continue;
      given.add(kind);
      await jobs.answer(id, prompt.id, answer);
    }
  } catch {
    // Whoever follows the job answers then, or it is over.
  }
}

/** By the words that our own code asks with (ssh/client.ts, prepare-stages.ts). */
function kindOf({ kind, text }: Prompt): keyof MachineSecrets | null {
  if (kind !== 'password') return null;
  if (text.startsWith('Password for sudo of ')) return 'sudoPassword';
  if (text.startsWith('Password of ')) return 'password';
  return text.startsWith('Passphrase of the key ') ? 'passphrase' : null;
}
