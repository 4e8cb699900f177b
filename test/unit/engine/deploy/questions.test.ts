import { expect, test } from 'vitest';
import { Questions, unanswered } from '../../../../electron/engine/deploy/questions.ts';
import { hostName } from '../../../../shared/contract/ids.ts';
import type { Prompt } from '../../../../shared/contract/job.ts';

function person(...answers: string[]) {
  const asked: Omit<Prompt, 'id'>[] = [];
  const ask = async (prompt: Omit<Prompt, 'id'>): Promise<string> => {
    asked.push(prompt);
    return answers.shift() ?? '';
  };
  return { asked, questions: new Questions({ ask }) };
}
const [nas, pi] = [hostName.parse('nas'), hostName.parse('pi')];
const offer = { place: 'root@nas', keyType: 'ssh-ed25519', fingerprint: 'SHA256:abc' };
const key = { kind: 'passphrase', place: 'root@nas', text: 'Passphrase of the key /k' } as const;

test('a new host key is shown with its fingerprint, and only yes is yes', async () => {
  const { asked, questions } = person('Yes', 'y', '');
  expect(await questions.mayPin(nas, offer)).toBe(true);
  expect(await questions.mayPin(nas, offer)).toBe(false);
  expect(await questions.mayPin(nas, offer)).toBe(false);
  expect(asked[0]).toMatchObject({ kind: 'host-key', host: 'nas', fingerprint: 'SHA256:abc', knownFingerprint: null });
});

test('hosts that need the same passphrase share one question', async () => {
  const { asked, questions } = person('open sesame');
  expect(await Promise.all([questions.secret(nas, key), questions.secret(pi, key)])).toEqual([
    'open sesame',
    'open sesame',
  ]);
  expect(asked).toHaveLength(1);
});

test('a passphrase that did not fit is asked for again, once for all', async () => {
  const { asked, questions } = person('wrong', 'right');
  await Promise.all([questions.secret(nas, key), questions.secret(pi, key)]);
  expect(await Promise.all([questions.secret(nas, key), questions.secret(pi, key)])).toEqual(['right', 'right']);
  expect(asked.map(({ text }) => text)).toEqual([
    'Passphrase of the key /k',
    'The last answer was not right. Passphrase of the key /k',
  ]);
});

test('where nobody can be asked, a key is not trusted and no password is given', async () => {
  const questions = new Questions(unanswered);
  expect(await questions.mayPin(nas, offer)).toBe(false);
  expect(await questions.secret(nas, key)).toBe('');
});
