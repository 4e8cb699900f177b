import { ProblemError } from '../../errors.ts';
import { findNix, type NixProgram } from '../../nix/nix-program.ts';
import { isAtLeast } from '../../nix/nix-version.ts';
import { fine, type Check } from '../check.ts';

/** The oldest nix whose options and messages we know. */
const oldestNix = [2, 18] as const;

const install = 'curl --proto =https --tlsv1.2 -L https://nixos.org/nix/install | sh -s -- --daemon';

/** The nix that everything here runs; null where there is none that works. */
export async function nixOf(env: NodeJS.ProcessEnv): Promise<NixProgram | null> {
  try {
    return await findNix(env);
  } catch (error) {
    if (error instanceof ProblemError) return null;
    throw error;
  }
}

/** Nix evaluates, builds and copies: without it nothing can be deployed. */
export const checkNix: Check = async ({ env }) => {
  try {
    const { shown, host, version } = await findNix(env);
    if (isAtLeast(version, oldestNix)) {
      return host === null
        ? fine('nix', 'Nix is here', `${version.text}, ${shown.join(' ')}`)
        : fine('nix', `Nix runs on ${host}`, `${version.text}; installing machines and updating inputs need nix here`);
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
    return { code: 'nix', severity: 'error', title, detail: evidence, advice, command: install };
  }
};
