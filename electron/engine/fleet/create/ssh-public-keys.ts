import { spawn } from 'node:child_process';
import { readdir, readFile } from 'node:fs/promises';
import { join } from 'node:path';

/** A public key of this computer, as it stands in authorized_keys. */
export interface SshPublicKey {
  readonly line: string;
  readonly source: 'file' | 'agent';
}

const keyLine =
  /^(ssh-(ed25519|rsa)|ecdsa-sha2-nistp(256|384|521)|sk-(ssh-ed25519|ecdsa-sha2-nistp256)@openssh\.com) [A-Za-z0-9+/=]+( [^\n\r]*)?$/;

/** True for one line of an OpenSSH public key. */
export function isPublicKey(line: string): boolean {
  return line.length < 16_384 && keyLine.test(line);
}

/** The public keys in `~/.ssh` and in the agent, each once; files first. Never fails: no keys is an answer. */
export async function findSshPublicKeys(home: string, env: NodeJS.ProcessEnv): Promise<SshPublicKey[]> {
  const folder = join(home, '.ssh');
  const names = (await readdir(folder).catch(() => [])).filter((name) => name.endsWith('.pub')).sort();
  const texts = await Promise.all(names.map((name) => readFile(join(folder, name), 'utf8').catch(() => '')));
  const found: SshPublicKey[] = [
    ...lines(texts.join('\n')).map((line) => ({ line, source: 'file' as const })),
    ...lines(await agentKeys(env)).map((line) => ({ line, source: 'agent' as const })),
  ];
  const body = (key: SshPublicKey): string => key.line.split(' ').slice(0, 2).join(' ');
  return found.filter((key, index) => found.findIndex((other) => body(other) === body(key)) === index);
}

function lines(text: string): string[] {
  return text
    .split('\n')
    .map((line) => line.trim())
    .filter(isPublicKey);
}

async function agentKeys(env: NodeJS.ProcessEnv): Promise<string> {
  if (!env['SSH_AUTH_SOCK']) return '';
  return new Promise((resolve) => {
    const child = spawn('ssh-add', ['-L'], { env, stdio: ['ignore', 'pipe', 'ignore'], timeout: 5000 });
    let text = '';
    child.stdout.setEncoding('utf8').on('data', (chunk: string) => (text += chunk));
    child.on('error', () => resolve(''));
    child.on('close', () => resolve(text));
  });
}
