import type { HostHealth } from '../../shared/contract/health.ts';
import { formatCount } from '../ui/format.ts';

/** What a trial came to over all hosts, in a few words; empty where none has answered. */
export function trialWords(answers: readonly HostHealth[]): string {
  if (answers.length === 0) return '';
  const results = answers.flatMap((answer) => answer.results);
  const tried = results.filter(({ state }) => state !== 'waiting');
  const untried = results.length - tried.length;
  const failed = tried.filter(({ state }) => state !== 'passed').length;
  const hosts = answers.filter(
    (answer) => answer.problem === null || answer.results.some(({ state }) => state !== 'waiting'),
  ).length;
  if (hosts === 0) return untried > 0 ? `${formatCount(untried, 'check')} not tried` : 'No host could be asked';
  const on = `on ${formatCount(hosts, 'host')}`;
  if (untried > 0) {
    const [count, word] = failed > 0 ? [failed, 'failed'] : [tried.length, 'passed'];
    return `${count} of ${formatCount(results.length, 'check')} ${word} ${on}, ${untried} not tried`;
  }
  if (failed > 0) return `${failed} of ${formatCount(results.length, 'check')} failed ${on}`;
  return `All ${formatCount(results.length, 'check')} passed ${on}`;
}
