import type { Finding } from '../../../../../shared/contract/finding.ts';
import type { CheckedHost } from '../checked-host.ts';
import type { Inspection } from '../inspection.ts';

const everybody = 'everybody who has the repository can read it, and';

/** Secrets as plain text. What they are is never in a message. */
export function* secretsInClear(inspection: Inspection, { host, details }: CheckedHost): Generator<Finding> {
  for (const { name, clearPasswords } of details.accounts) {
    for (const option of clearPasswords) {
      yield {
        code: 'secret-in-clear',
        severity: 'error',
        host: host.name,
        ...inspection.placeIn(host.name, [name, option], details.files.users),
        message:
          `users.users.${name}.${option} is a password in clear: ${everybody} every user of the machine in its Nix store. ` +
          'Use hashedPasswordFile with a secret, or hashedPassword (mkpasswd makes one).',
      };
    }
  }
  for (const key of details.clearKeys) {
    yield {
      code: 'secret-in-clear',
      severity: 'error',
      host: host.name,
      ...inspection.placeIn(host.name, ['keys', key, 'text'], details.files.keys),
      message:
        `deployment.keys.${key}.text is a secret in clear: ${everybody} it lies in the Nix store of the computer that deploys. ` +
        'Use keyFile outside of the repository, keyCommand, sops-nix or agenix.',
    };
  }
}
