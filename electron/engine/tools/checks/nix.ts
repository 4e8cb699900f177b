import { fine, type Check } from '../check.ts';
import { askProgram, firstLine } from '../program.ts';

/** The oldest nix whose options and messages we know. */
export const oldestNix = [2, 18] as const;

/** The version in the answer of `nix --version` (`nix (Nix) 2.26.3`, `nix (Lix, like Nix) 2.91.1`); null: no version. */
export function nixVersion(answer: string): readonly [number, number] | null {
  const found = /\b(\d+)\.(\d+)(?:\.\d+|pre\w*)?/.exec(answer);
  return found ? [Number(found[1]), Number(found[2])] : null;
}

export function isOldNix([major, minor]: readonly [number, number]): boolean {
  return major < oldestNix[0] || (major === oldestNix[0] && minor < oldestNix[1]);
}

const install = 'curl --proto =https --tlsv1.2 -L https://nixos.org/nix/install | sh -s -- --daemon';

/** Nix evaluates, builds and copies: without it nothing can be deployed. */
export const checkNix: Check = async ({ env }) => {
  const answer = await askProgram(['nix', '--version'], env);
  if (answer === null || answer.exitCode !== 0) {
    return {
      code: 'nix',
      severity: 'error',
      title: 'Nix was not found',
      detail: firstLine(answer?.stderr ?? '') || 'There is no program nix on the PATH.',
      advice: ['Install Nix, then start Nixstead again, so that it sees the new PATH.'],
      command: install,
    };
  }
  const version = nixVersion(answer.stdout);
  if (version !== null && isOldNix(version)) {
    return {
      code: 'nix',
      severity: 'error',
      title: 'Nix is too old',
      detail: `${firstLine(answer.stdout)}; ${oldestNix.join('.')} or newer is needed.`,
      advice: ['Install a newer Nix. What a distribution packages is often years old.'],
      command: install,
    };
  }
  return fine('nix', 'Nix is here', firstLine(answer.stdout));
};
