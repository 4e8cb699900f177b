import { fine, type Check } from '../check.ts';
import { askProgram, firstLine } from '../program.ts';
import { nixOf } from './nix.ts';

const startDaemon: Partial<Record<NodeJS.Platform, string>> = {
  linux: 'sudo systemctl start nix-daemon.socket',
  darwin: 'sudo launchctl kickstart -k system/org.nixos.nix-daemon',
};

/** The store must take what we build: through the daemon, or directly where the user owns it. */
export const checkNixStore: Check = async (surroundings) => {
  const { env, platform } = surroundings;
  const nix = await nixOf(surroundings);
  if (nix === null) return fine('nix-store', 'The nix store was not asked', 'Nix is missing.');
  const asked = ['--extra-experimental-features', 'nix-command', 'store'] as const;
  const newer = await askProgram([...nix.words, ...asked, 'info'], env);
  const answer = newer?.exitCode === 0 ? newer : await askProgram([...nix.words, ...asked, 'ping'], env);
  if (answer?.exitCode === 0)
    return fine('nix-store', 'The nix store answers', firstLine(answer.stderr + answer.stdout));
  return {
    code: 'nix-store',
    severity: 'error',
    title: 'The nix store does not answer',
    detail: firstLine((newer ?? answer)?.stderr ?? '') || 'nix store info gave no answer.',
    advice: [`Where Nix was installed with its daemon${nix.host === null ? '' : ` on ${nix.host}`}, start it.`],
    command: nix.host === null ? (startDaemon[platform] ?? null) : null,
  };
};
