import { z } from 'zod';
import type { HostSession } from './host-session.ts';

const timeoutMs = 30_000;

/** The second name is that of nix before 2.19. */
const script = `
PATH="$PATH:/run/current-system/sw/bin:/nix/var/nix/profiles/default/bin"
ask() { nix --extra-experimental-features nix-command store "$1" --json 2>/dev/null; }
ask info || ask ping
`;

/** A daemon before 2.15 does not say it. */
const storeInfo = z.object({ trusted: z.union([z.boolean(), z.number()]).optional() });

/**
 * True where nix on a host says that it trusts the user of a session: it takes paths without a signature from them then.
 * @throws ProblemError `ssh-*`; the signal's reason
 */
export async function isTrustedByNix(session: HostSession, signal: AbortSignal): Promise<boolean> {
  const { stdout } = await session.exec(['sh', '-c', script], { signal, timeoutMs });
  return saysTrusted(stdout);
}

/** What `nix store info --json` says of it. */
export function saysTrusted(stdout: string): boolean {
  try {
    return Boolean(storeInfo.parse(JSON.parse(stdout)).trusted);
  } catch {
    return false;
  }
}
