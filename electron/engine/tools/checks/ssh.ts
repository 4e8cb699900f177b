import { openSync, readSync, closeSync, readdirSync } from 'node:fs';
import { homedir } from 'node:os';
import { join } from 'node:path';
import { fine, type Check } from '../check.ts';
import { askProgram, firstLine } from '../program.ts';
import { installWithNix } from './nix.ts';

/** nix copies over the OpenSSH client. */
export const checkSsh: Check = async (surroundings) => {
  const answer = await askProgram(['ssh', '-V'], surroundings.env);
  if (answer?.exitCode === 0) return fine('ssh', 'The SSH client is here', firstLine(answer.stderr + answer.stdout));
  return {
    code: 'ssh',
    severity: 'error',
    title: 'The SSH client was not found',
    detail: 'Nix copies systems to your machines with the program ssh of OpenSSH.',
    advice: ['Install the OpenSSH client.'],
    command: await installWithNix('openssh', surroundings),
  };
};

/** The names of the private keys in a folder such as ~/.ssh, found by what the files say of themselves. */
export function privateKeysIn(folder: string): string[] {
  let names: string[];
  try {
    names = readdirSync(folder);
  } catch {
    return [];
  }
  return names.filter((name) => {
    try {
      const file = openSync(join(folder, name), 'r');
      try {
        const start = Buffer.alloc(64);
        readSync(file, start, 0, start.length, 0);
        return /^-----BEGIN (?:[A-Z0-9]+ )*PRIVATE KEY-----/.test(start.toString('latin1'));
      } finally {
        closeSync(file);
      }
    } catch {
      return false;
    }
  });
}

/** The keys that an agent holds, as `ssh-add -l` lists them; null: there is no agent. */
async function agentKeys(env: NodeJS.ProcessEnv): Promise<string[] | null> {
  if (!env['SSH_AUTH_SOCK']) return null;
  const answer = await askProgram(['ssh-add', '-l'], env);
  if (answer === null || answer.exitCode === 2) return null;
  return answer.exitCode === 0 ? answer.stdout.trim().split('\n') : [];
}

/** Machines let nobody in without a key (or a password, which is asked for). */
export const checkSshKey: Check = async ({ env }) => {
  const folder = join(env['HOME'] || homedir(), '.ssh');
  const files = privateKeysIn(folder);
  const inAgent = await agentKeys(env);
  const found = [
    ...(files.length > 0
      ? [`${files.length === 1 ? 'a key' : `${files.length} keys`} in ${folder}: ${files.join(', ')}`]
      : []),
    ...(inAgent && inAgent.length > 0 ? [`${inAgent.length} in the agent`] : []),
  ];
  if (found.length > 0) return fine('ssh-key', 'You have an SSH key', found.join('; '));
  return {
    code: 'ssh-key',
    severity: 'warning',
    title: 'You have no SSH key',
    detail: `There is none in ${folder}, and ${inAgent === null ? 'no agent is running' : 'the agent is empty'}.`,
    advice: [
      'Make one, and put its public half into users.users.<name>.openssh.authorizedKeys.keys of your machines.',
      'A key on a token: start an agent and add it with ssh-add.',
    ],
    command: 'ssh-keygen -t ed25519',
  };
};
