import { expect, test } from 'vitest';
import { protectionPurpose } from '../../../../renderer/host/generation-words.ts';

test('what a password is asked for names the generation, its host, and what is done', () => {
  expect(protectionPurpose('nas', 139, true)).toMatch(/^To protect generation 139 of nas: it is marked/);
  expect(protectionPurpose('nas', 139, false)).toMatch(/^To end the protection of generation 139 of nas: its mark/);
});
