import { expect, test } from 'vitest';
import { engineSentence, standardWords } from '../../../../renderer/deploy/engine-words.ts';

test('an engine says what guards a host that it switches', () => {
  const program = { path: '/bin/x', version: '0.5.0' };
  expect(engineSentence({ name: 'nix', guard: 'watchdog', program: null, standardBy: 'flake' })).toMatch(
    /^Nix builds and copies/,
  );
  expect(engineSentence({ name: 'colmena', guard: 'watchdog', program, standardBy: null })).toBe(
    'colmena (0.5.0) is run for each host, with Nixstead’s watchdog around it.',
  );
  const deployRs = { name: 'deploy-rs', guard: 'own', program, standardBy: null } as const;
  expect(engineSentence(deployRs)).toMatch(/host\. Its own rollback guards the switch/);
  expect(engineSentence({ ...deployRs, standardBy: 'flake' })).toContain(
    'It alone brings the profiles beside the system.',
  );
});

test('the engine that is taken where nobody chooses says what chose it', () => {
  expect(standardWords({ standardBy: 'flake' })).toBe(' – usual for this flake');
  expect(standardWords({ standardBy: 'nixstead.toml' })).toBe(' – as nixstead.toml says');
  expect(standardWords({ standardBy: null })).toBe('');
});
