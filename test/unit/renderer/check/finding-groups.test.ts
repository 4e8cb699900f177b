import { expect, it } from 'vitest';
import { findingsInOrder, groupFindings, isInFleet, placeText } from '../../../../renderer/check/finding-groups.ts';
import type { Finding } from '../../../../shared/contract/finding.ts';

const found = (severity: Finding['severity'], file: string, line: number): Finding => ({
  ...{ code: 'x', severity, file, line, message: `${file}:${line}` },
});

it('findings are read by severity, then by place, each once', () => {
  const list = [found('hint', 'a', 1), found('error', 'b', 10), found('error', 'b', 9), found('error', 'b', 10)];
  expect(findingsInOrder(list).map(placeText)).toEqual(['b:9', 'b:10', 'a:1']);
  expect(groupFindings(list).map(({ title, findings }) => [title, findings.length])).toEqual([
    ['Errors', 2],
    ['Hints', 1],
  ]);
});

it('only files of the fleet can be opened', () => {
  expect([isInFleet('hosts/a.nix'), isInFleet('/nix/store/x'), isInFleet('../x'), isInFleet(undefined)]).toEqual([
    true,
    false,
    false,
    false,
  ]);
});
