import { spawn } from 'node:child_process';
import { readdir, readFile } from 'node:fs/promises';
import { join } from 'node:path';
import type { FoundKey } from '../../../../shared/contract/create.ts';
import { keyIdentity, readPublicKey } from '../../../../shared/fleet/access-rules.ts';

/** The public keys in `~/.ssh` and in the agent, each once; files first. Never fails: no keys is an answer. */
export async function findSshPublicKeys(home: string, env: NodeJS.ProcessEnv): Promise<FoundKey[]> {
  const folder = join(home, '.ssh');
  const names = (await readdir(folder).catch(() => [])).filter((name) => name.endsWith('.pub')).sort();
  const texts = await Promise.all(names.map((name) => readFile(join(folder, name), 'utf8').catch(() => '')));
  const found: FoundKey[] = [
    ...lines(texts.join('\n')).map((line) => ({ line, source: 'file' as const })),
    ...lines(await agentKeys(env)).map((line) => ({ line, source: 'agent' as const })),
  ];
  const first = (line: string): number => found.findIndex((other) => keyIdentity(other.line) === keyIdentity(line));
  return found.filter(({ line }, index) => first(line) === index);
}

function lines(text: string): string[] {
  return text
    .split('\n')
    .map((line) => line.trim())
    .filter((line) => readPublicKey(line) !== null);
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
