import { expect, test } from 'vitest';
import { fixOf } from '../../../../renderer/deploy/problem-fixes.ts';
import { named } from '../invented.ts';

test('an error that one press can do something about has a button; one that could lose something has none', () => {
  const word = (code: string, host: string | null) => fixOf(code, host === null ? null : named(host))?.word ?? null;
  expect(word('deploy-no-room', 'nas')).toBe('Generations…');
  expect(word('deploy-reverted-health', 'nas')).toBe('Health checks…');
  expect(word('deploy-unhealthy', 'nas')).toBe('Health checks…');
  expect(word('safety-file-wrong', null)).toBe('Open nixstead.toml');
  expect(word('nix-file-untracked', null)).toBe('Add to Git');
  expect(word('deploy-plan-outdated', 'nas')).toBe('Make a new plan');
  expect(word('deploy-plan-outdated', null)).toBeNull();
  expect(word('ssh-host-key-changed', 'nas')).toBeNull();
});
