import { expect, it } from 'vitest';
import { findingsInOrder, summarizeFindings } from '../../../../renderer/fleet/doctor-order.ts';

const finding = (code: string, severity: 'ok' | 'warning' | 'error') => ({
  code,
  severity,
  title: code,
  detail: '',
  advice: [],
  command: null,
});
const findings = [
  finding('git', 'ok'),
  finding('ssh-key', 'warning'),
  finding('nix', 'error'),
  finding('flakes', 'error'),
];

it('problems come first, and findings of one kind keep their order', () => {
  expect(findingsInOrder(findings).map(({ code }) => code)).toEqual(['nix', 'flakes', 'ssh-key', 'git']);
});
it('findings are counted by how much they matter', () => {
  expect(summarizeFindings(findings)).toEqual({ errors: 2, warnings: 1, fine: 1 });
});
