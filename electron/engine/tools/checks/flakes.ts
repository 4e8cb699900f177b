import { fine, type Check } from '../check.ts';
import { askProgram } from '../program.ts';
import { nixOf } from './nix.ts';

const needed = ['nix-command', 'flakes'];

/** Which of the needed features an answer of `nix config show` lacks. */
export function missingFeatures(answer: string): string[] {
  const value = /^experimental-features = (.*)$/m.exec(answer)?.[1] ?? answer;
  const enabled = new Set(value.split(/\s+/));
  return needed.filter((feature) => !enabled.has(feature));
}

/** `nix` commands and flakes are switched off in a fresh Nix. Nixstead switches them on for itself; a terminal does not. */
export const checkFlakes: Check = async (surroundings) => {
  const { env } = surroundings;
  const nix = await nixOf(surroundings);
  if (nix === null) return fine('flakes', 'Flakes were not asked about', 'Nix is missing.');
  if (nix.host !== null) return fine('flakes', 'Flakes were not asked about', `Nix runs on ${nix.host}.`);
  const withCommands = [...nix.words, '--extra-experimental-features', 'nix-command'] as const;
  // Asked without our own switch; `nix config show` (2.20 and newer) was `nix show-config` before.
  const newer = await askProgram([...withCommands, 'config', 'show'], env);
  const answer = newer?.exitCode === 0 ? newer : await askProgram([...withCommands, 'show-config'], env);
  if (answer === null || answer.exitCode !== 0) {
    return fine('flakes', 'Flakes could not be asked about', 'Nix did not tell its settings.');
  }
  const missing = missingFeatures(answer.stdout).filter((feature) => feature !== 'nix-command');
  if (missing.length === 0) return fine('flakes', 'Flakes are enabled', 'experimental-features has flakes');
  return {
    code: 'flakes',
    severity: 'warning',
    title: 'Flakes are not enabled',
    detail: 'experimental-features lacks flakes. Nixstead enables it for what it runs itself.',
    advice: ['To use nix with flakes in a terminal too, add this line to nix.conf.'],
    command: 'mkdir -p ~/.config/nix && echo "experimental-features = nix-command flakes" >> ~/.config/nix/nix.conf',
  };
};
