import type { NixHostAnswer } from '../../../shared/contract/settings.ts';
import { ProblemError } from '../errors.ts';
import { windowsWithoutWsl } from '../nix/nix-program.ts';
import { connect, type HostKeyOffer } from '../ssh/client.ts';
import type { SshFiles } from '../ssh/config.ts';
import { nixHostOf, nixHostVariable } from './address.ts';
import { usualPath } from './remote-shell.ts';

/** Nix tells its version in a line; git has to be there too, which nix starts. */
const script = `${usualPath}\nnix --version || exit 1\ngit --version >/dev/null`;

/**
 * Tries whether nix could run on a machine: it lets us in without a question, and has nix and git.
 * @param accepted a fingerprint that a person has taken for the machine's own; its key is pinned then
 */
export async function tryNixHost(
  place: string,
  accepted: string | undefined,
  files: SshFiles,
  signal?: AbortSignal,
  platform: NodeJS.Platform = process.platform,
): Promise<NixHostAnswer> {
  if (platform === 'win32') return { state: 'failed', problem: windowsWithoutWsl };
  let unknown: HostKeyOffer | null = null;
  try {
    using session = await connect(nixHostOf(nixHostVariable(place)), {
      files,
      ...(signal === undefined ? {} : { signal }),
      onUnknownHostKey: async (offer) => {
        if (offer.fingerprint === accepted) return true;
        unknown = offer;
        return false;
      },
    });
    const { exitCode, stdout, stderr } = await session.exec(['sh', '-c', script], { timeoutMs: 15_000 });
    if (exitCode === 0) return { state: 'fine', version: stdout.trim() };
    return {
      state: 'failed',
      problem: {
        code: 'nix-host-unable',
        title: `${session.place} cannot run nix for this computer`,
        evidence: stderr.trim() || `the question for nix and git ended with ${exitCode ?? 'a signal'}`,
        advice: ['It needs nix 2.18 or newer, and git, for whoever logs in there.'],
      },
    };
  } catch (error) {
    if (unknown !== null) return unknownKey(unknown);
    if (error instanceof ProblemError) return { state: 'failed', problem: error.problem };
    throw error;
  }
}

function unknownKey({ keyType, fingerprint }: HostKeyOffer): NixHostAnswer {
  return { state: 'unknown-host-key', type: keyType, fingerprint };
}
