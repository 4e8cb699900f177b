import type { DoctorFinding } from '../../shared/contract/doctor.ts';

const URGENCY: Record<DoctorFinding['severity'], number> = { error: 0, warning: 1, ok: 2 };

/** What is missing first, what is in order last; otherwise as the engine gave it. */
export function findingsInOrder(findings: readonly DoctorFinding[]): DoctorFinding[] {
  return findings.toSorted((a, b) => URGENCY[a.severity] - URGENCY[b.severity]);
}

export function summarizeFindings(findings: readonly DoctorFinding[]): {
  errors: number;
  warnings: number;
  fine: number;
} {
  const count = (severity: DoctorFinding['severity']): number =>
    findings.filter((finding) => finding.severity === severity).length;
  return { errors: count('error'), warnings: count('warning'), fine: count('ok') };
}
