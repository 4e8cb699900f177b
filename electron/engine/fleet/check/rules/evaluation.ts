import type { Finding } from '../../../../../shared/contract/finding.ts';
import type { Host } from '../../../../../shared/contract/host.ts';
import type { Problem } from '../../../../../shared/contract/problem.ts';
import type { Inspection } from '../inspection.ts';

/** A problem in one sentence or two, with the line that proves it. */
function sentence({ title, evidence, advice }: Problem): string {
  const line = evidence
    .split('\n')
    .map((text) => text.trim())
    .findLast((text) => text !== '');
  return [`${title}${line === undefined || title.includes(line) ? '.' : `: ${line}`}`, ...advice].join(' ');
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

/** What went wrong for the fleet as a whole. */
export function fleetProblem(inspection: Inspection, problem: Problem): Finding | null {
  if (reportedElsewhere.includes(problem.code)) return null;
  return {
    code: 'fleet-evaluation-failed',
    severity: 'error',
    ...placeOf(inspection, problem),
    message: sentence(problem),
  };
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
