import type { Problem } from '../../../shared/contract/problem.ts';
import { ProblemError } from '../errors.ts';

/**
 * Every way in which SSH fails, as a person reads it. `place` is the target as written to a person (`root@nas:2222`),
 * `evidence` the system's, the server's or ssh's own words.
 */
export const sshProblems = {
  keyNotMade: (file: string, evidence: string): Problem => ({
    code: 'ssh-key-not-made',
    title: `No SSH key could be made at ${file}`,
    evidence,
    advice: ['Check that OpenSSH is installed (ssh-keygen), and that the folder can be written and its disk has room.'],
    canRetry: true,
  }),
  unknownName: (place: string, evidence: string): Problem => ({
    code: 'ssh-unknown-name',
    title: `No address is known for ${place}`,
    evidence,
    advice: [
      'Check the spelling of the address; that of a host is in the fleet (targetHost).',
      'Check that this computer’s DNS knows the name, or write the IP address instead.',
    ],
    canRetry: true,
  }),
  unreachable: (place: string, evidence: string): Problem => ({
    code: 'ssh-unreachable',
    title: `${place} cannot be reached`,
    evidence,
    advice: [
      'Check that the machine is on and in the same network.',
      'Check its address; that of a host is in the fleet (targetHost).',
    ],
    canRetry: true,
  }),
  timedOut: (place: string, evidence: string): Problem => ({
    code: 'ssh-timeout',
    title: `${place} does not answer`,
    evidence,
    advice: [
      'Check that the machine is on and in the same network.',
      'Check that no firewall between drops SSH (port 22 unless the fleet says otherwise).',
    ],
    canRetry: true,
  }),
  refused: (place: string, evidence: string): Problem => ({
    code: 'ssh-refused',
    title: `${place} refuses SSH connections`,
    evidence,
    advice: [
      'Check that sshd runs there: services.openssh.enable = true.',
      'Check the port in the fleet (targetPort).',
    ],
    canRetry: true,
  }),
  denied: (place: string, evidence: string): Problem => ({
    code: 'ssh-denied',
    title: `${place} does not let us in`,
    evidence,
    advice: [
      'Check the user in the fleet (targetUser), and that your public key is in that user’s authorized keys.',
      'Where the key has a passphrase or lives on a token, add it to your agent: ssh-add.',
    ],
  }),
  tooManyKeys: (place: string, evidence: string): Problem => ({
    code: 'ssh-too-many-keys',
    title: `${place} hung up after too many keys were tried`,
    evidence,
    advice: ['Choose the key for this host in ~/.ssh/config: IdentityFile with IdentitiesOnly yes.'],
  }),
  /** `knownHosts` are the files in which the old key stands, ours first. */
  keyChanged: (place: string, offered: string, known: readonly string[], name: string, file: string): Problem => ({
    code: 'ssh-host-key-changed',
    title: `${place} shows another host key than before`,
    evidence: [`now:    ${offered}`, ...known.map((key) => `before: ${key}`)].join('\n'),
    advice: [
      'If this machine was installed anew, compare the new fingerprint on its own screen: ssh-keygen -lf /etc/ssh/ssh_host_ed25519_key.pub',
      `If it is the right machine, forget the old key: ssh-keygen -R '${name}' -f '${file}'`,
      'If nobody changed it, somebody else may answer under this address. Nothing was sent.',
    ],
  }),
  keyUnknown: (place: string, offered: string): Problem => ({
    code: 'ssh-host-key-unknown',
    title: `The host key of ${place} is not known yet`,
    evidence: offered,
    advice: [
      'Compare the fingerprint with the one on the machine’s own screen: ssh-keygen -lf /etc/ssh/ssh_host_ed25519_key.pub',
      'Then deploy to it once and answer yes: the key is remembered.',
    ],
  }),
  keyRevoked: (place: string, offered: string): Problem => ({
    code: 'ssh-host-key-revoked',
    title: `The host key of ${place} was revoked`,
    evidence: offered,
    advice: ['The key stands as @revoked in your known_hosts. Give the machine a new host key.'],
  }),
  lost: (place: string, evidence: string): Problem => ({
    code: 'ssh-connection-lost',
    title: `The connection to ${place} was lost`,
    evidence,
    advice: ['Check the network between, then try again: what was done already is kept.'],
    canRetry: true,
  }),
  commandTimedOut: (place: string, command: string, seconds: number): Problem => ({
    code: 'ssh-command-timeout',
    title: `A command on ${place} took longer than ${seconds} s`,
    evidence: command,
    advice: ['Look on the machine what holds it up (load, a full disk, a network mount), then try again.'],
    canRetry: true,
  }),
  notUnderstood: (place: string, evidence: string): Problem => ({
    code: 'ssh-protocol',
    title: `${place} and this computer do not agree on how to speak SSH`,
    evidence,
    advice: ['Check that an SSH server of this century listens on that port, and not something else.'],
  }),
  other: (place: string, evidence: string): Problem => ({
    code: 'ssh-failed',
    title: `SSH to ${place} failed`,
    evidence,
    advice: [`Try by hand what it says: ssh ${place}`],
    canRetry: true,
  }),
  programMissing: (evidence: string): Problem => ({
    code: 'ssh-missing',
    title: 'OpenSSH is not installed on this computer',
    evidence,
    advice: ['Install the OpenSSH client, for example: apt-get install openssh-client'],
  }),
  badConfiguration: (place: string, evidence: string): Problem => ({
    code: 'ssh-configuration',
    title: `The SSH configuration for ${place} cannot be used`,
    evidence,
    advice: ['Correct the line that ssh names, in ~/.ssh/config or in the fleet (sshOptions).'],
  }),
  refusedOption: (option: string, reason: string): Problem => ({
    code: 'ssh-option-refused',
    title: 'An SSH option of the fleet is not allowed',
    evidence: `${option} ${reason}`,
    advice: [
      'Options that run programs or touch files on this computer are taken from your own ~/.ssh/config only: move it there.',
    ],
  }),
} as const;

/** Throws a problem as the engine's error. */
export function sshError(problem: Problem, cause?: unknown): ProblemError {
  return new ProblemError(problem, cause === undefined ? undefined : { cause });
}
