import { expect, test } from 'vitest';
import { engineSentence } from '../../../../renderer/deploy/engine-words.ts';

test('an engine says what guards a host that it switches', () => {
  const program = { path: '/bin/x', version: '0.5.0' };
  expect(engineSentence({ name: 'nix', guard: 'watchdog', program: null })).toMatch(/^Nix builds and copies/);
  expect(engineSentence({ name: 'colmena', guard: 'watchdog', program })).toBe(
    'colmena (0.5.0) is run for each host, with Nixstead’s watchdog around it.',
  );
  expect(engineSentence({ name: 'deploy-rs', guard: 'own', program })).toMatch(/Its own rollback guards the switch/);
});
