import { expect, it } from 'vitest';
import { problemText, problemTitle } from '../../../../renderer/ui/problem-text.ts';
import { aProblem } from '../invented.ts';

it('a copied problem holds title, place, evidence, advice and code', () => {
  expect(problemText({ ...aProblem, place: { file: 'flake.nix', line: 3 } }, 'web')).toBe(
    ['web: It broke', 'flake.nix:3', '', 'error: no', '', '- Mend it.', '', '(x)'].join('\n'),
  );
});
it('what a problem does not have leaves no gap', () => {
  expect(problemText({ ...aProblem, evidence: '', advice: [] })).toBe('It broke\n\n(x)');
});

it('what it is about is said once', () => {
  expect(problemTitle({ title: 'nas does not answer' }, 'nas')).toBe('nas does not answer');
  expect(problemTitle({ title: 'nasty words' }, 'nas')).toBe('nas: nasty words');
  expect(problemTitle({ title: 'It broke' })).toBe('It broke');
});
