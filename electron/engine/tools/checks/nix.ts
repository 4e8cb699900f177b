import { ProblemError } from '../../errors.ts';
import { findNix, nixHost, serveBySsh, type NixProgram } from '../../nix/nix-program.ts';
import { isAtLeast } from '../../nix/nix-version.ts';
import { fine, type Check, type CheckSurroundings } from '../check.ts';

/** The oldest nix whose options and messages we know. */
const oldestNix = [2, 18] as const;

const install = 'curl --proto =https --tlsv1.2 -L https://nixos.org/nix/install | sh -s -- --daemon';

/** The nix that everything here runs; null where there is none that works. */
export async function nixOf({ env, platform }: CheckSurroundings): Promise<NixProgram | null> {
  try {
    return await findNix(env, platform);
  } catch (error) {
    if (error instanceof ProblemError) return null;
    throw error;
  }
}

/** The command that installs a program with the nix of this computer; null: there is none. */
export async function installWithNix(program: string, surroundings: CheckSurroundings): Promise<string | null> {
  const nix = await nixOf(surroundings);
  return nix?.host === null ? `nix profile install nixpkgs#${program}` : null;
}

/** Nix evaluates, builds and copies: without it nothing can be deployed. */
export const checkNix: Check = async ({ env, platform }) => {
  try {
    const { shown, host, version } = await findNix(env, platform);
    if (isAtLeast(version, oldestNix)) {
      return host === null
        ? fine('nix', 'Nix is here', `${version.text}, ${shown.join(' ')}`)
        : fine(
            'nix',
            `Nix runs on ${host}`,
            `${version.text}; the engines of other programs, and this computer as a host, need nix here`,
          );
    }
    return {
      code: 'nix',
      severity: 'error',
      title: 'Nix is too old',
      detail: `${shown.join(' ')} is ${version.text}; ${oldestNix.join('.')} or newer is needed.`,
      advice: ['Install a newer Nix. What a distribution packages is often years old.'],
      command: install,
    };
  } catch (error) {
    if (!(error instanceof ProblemError)) throw error;
    const { title, evidence, advice } = error.problem;
    const command = platform === 'win32' ? serveBySsh : nixHost(env) === null ? install : null;
    return { code: 'nix', severity: 'error', title, detail: evidence, advice, command };
  }
};
