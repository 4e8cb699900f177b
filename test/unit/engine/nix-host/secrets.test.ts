import { expect, test } from 'vitest';
import { setSecretsApart } from '../../../../electron/engine/nix-host/secrets.ts';
import { askpassEnvironment } from '../../../../electron/engine/ssh/askpass.ts';
import { sudoSshEnvironment } from '../../../../electron/engine/ssh/sudo-ssh.ts';

test('what was typed for a host is for its store alone, and the machine on which nix runs is reached by the usual ssh', () => {
  const secrets = { passphrase: 'one', password: 'two', sudoPassword: 'three' };
  const given = {
    ...{ HOME: '/home/me', ...askpassEnvironment('/data/ssh/askpass', secrets) },
    ...sudoSshEnvironment('/data/ssh/with-sudo/ssh', secrets.sudoPassword),
  };
  const env: NodeJS.ProcessEnv = { ...given };
  expect(setSecretsApart(env)).toEqual(given);
  expect(env).toEqual({ HOME: '/home/me', PATH: process.env['PATH'] });

  const own: NodeJS.ProcessEnv = { PATH: '/bin', NIXSTEAD_SUDO_PASSWORD: 'of the environment' };
  setSecretsApart(own);
  expect(own).toEqual({ PATH: '/bin' });

  const plain: NodeJS.ProcessEnv = { HOME: '/home/me', PATH: '/bin' };
  expect(setSecretsApart(plain)).toEqual(plain);
});
