import type { Prompt } from '../contract/job.ts';

/** What a question of a job is answered where nobody can be asked: nothing is typed, and nothing is agreed to. */
export function refusalOf({ kind }: Pick<Prompt, 'kind'>): string {
  return kind === 'password' || kind === 'text' ? '' : 'no';
}
