import type { Finding } from '../../../../../shared/contract/finding.ts';
import type { Host } from '../../../../../shared/contract/host.ts';
import type { Problem } from '../../../../../shared/contract/problem.ts';
import type { Inspection } from '../inspection.ts';

/** Letters and digits alone, to see whether two texts say the same. */
const bare = (text: string): string => text.toLowerCase().replace(/[^\p{L}\p{N}]+/gu, ' ');

const ended = (text: string): string => (/[.!?…]$/.test(text) ? text : `${text}.`);

/** A problem in a few sentences, with the line that proves it where the title does not have it already. */
function sentence({ title, evidence, advice }: Problem): string {
  const line = evidence
    .split('\n')
    .map((text) => text.trim())
    .findLast((text) => text !== '');
  const isSaid = line === undefined || bare(title).includes(bare(line));
  return [isSaid ? title : `${title}: ${line}`, ...advice].map(ended).join(' ');
}

/** Problems that another rule reports with more to say. */
const reportedElsewhere = [
  'fleet-lock-missing',
  'fleet-untracked-files',
  'fleet-unmerged-files',
  'host-address-refused',
  'host-user-refused',
  'host-port-refused',
];

/** What an opened fleet can have beside outputs that cannot be evaluated; null: that is nothing about the fleet. */
const ownFindings: Readonly<Record<string, Pick<Finding, 'code' | 'severity'> | null>> = {
  'fleet-no-hosts': { code: 'no-hosts', severity: 'warning' },
  'fleet-unshowable-names': { code: 'host-name-invalid', severity: 'error' },
  'fleet-remote-stale': { code: 'reference-stale', severity: 'warning' },
  'fleet-not-remembered': null,
};

/** What went wrong for the fleet as a whole. */
export function fleetProblem(inspection: Inspection, problem: Problem): Finding | null {
  const isGit = problem.code.startsWith('git-');
  const own = ownFindings[problem.code];
  if (reportedElsewhere.includes(problem.code) || isGit || own === null) return null;
  return {
    ...(own ?? { code: 'fleet-evaluation-failed', severity: 'error' }),
    file: inspection.mainFile?.path,
    ...placeOf(inspection, problem),
    message: sentence(problem),
  };
}

/** Git cannot tell what is in the repository. */
export function gitProblem(problem: Problem): Finding {
  return { code: 'git-unreadable', severity: 'error', message: sentence(problem) };
}

/** Why a host cannot be evaluated or used. */
export function hostProblem(inspection: Inspection, host: Host, problem: Problem): Finding | null {
  if (reportedElsewhere.includes(problem.code)) return null;
  const isName = problem.code === 'host-name-refused';
  return {
    code: isName ? 'host-name-invalid' : 'host-evaluation-failed',
    severity: problem.code === 'host-not-nixos' ? 'hint' : 'error',
    host: host.name,
    ...inspection.placeOfHost(host.name),
    ...placeOf(inspection, problem),
    message: sentence(problem),
  };
}

function placeOf(inspection: Inspection, { place }: Problem): Pick<Finding, 'file' | 'line'> {
  if (place === undefined) return {};
  return { file: inspection.relative(place.file), ...(place.line === undefined ? {} : { line: place.line }) };
}
