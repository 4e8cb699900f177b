import type { Finding } from '../../shared/contract/finding.ts';

/** What each severity is called, and what it means. */
export const SEVERITIES: readonly { severity: Finding['severity']; title: string; text: string }[] = [
  { severity: 'error', title: 'Errors', text: 'A machine is lost, cannot be deployed or gives a secret away.' },
  { severity: 'warning', title: 'Warnings', text: 'This is likely not what was meant.' },
  { severity: 'hint', title: 'Hints', text: 'Worth a thought.' },
];

/** Names a finding among those of one check. */
export function findingKey({ code, host, file, line, message }: Finding): string {
  return JSON.stringify([code, host, file, line, message]);
}

/** Each finding once, in the order that they are read: by severity, by file and line, by host. */
export function findingsInOrder(findings: readonly Finding[]): Finding[] {
  const unique = [...new Map(findings.map((finding) => [findingKey(finding), finding])).values()];
  const rank = (finding: Finding): number => SEVERITIES.findIndex(({ severity }) => severity === finding.severity);
  return unique.sort(
    (a, b) =>
      rank(a) - rank(b) ||
      (a.file ?? '').localeCompare(b.file ?? '') ||
      (a.line ?? 0) - (b.line ?? 0) ||
      (a.host ?? '').localeCompare(b.host ?? ''),
  );
}

/** The findings of each severity that has some; each findings in the order of {@link findingsInOrder}. */
export function groupFindings(findings: readonly Finding[]): { title: string; text: string; findings: Finding[] }[] {
  const sorted = findingsInOrder(findings);
  return SEVERITIES.map(({ severity, title, text }) => ({
    title,
    text,
    findings: sorted.filter((finding) => finding.severity === severity),
  })).filter((group) => group.findings.length > 0);
}

/** `flake.nix:12`; empty for a finding without a place. */
export function placeText({ file, line }: Pick<Finding, 'file' | 'line'>): string {
  return [file, line].filter((part) => part !== undefined).join(':');
}

/** True where the place is a file that the Files page can open. */
export function isInFleet(file: string | undefined): file is string {
  return file !== undefined && !file.startsWith('/') && !file.startsWith('..');
}
