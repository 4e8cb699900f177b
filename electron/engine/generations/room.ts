import type { GenerationRoom } from '../../../shared/contract/generation.ts';
import { readSizeLine } from '../deploy/changes/ask-target.ts';
import type { HostSession } from '../deploy/host-session.ts';
import { deployError, deployProblems } from '../deploy/problems.ts';

const timeLimitMs = 180_000;

/**
 * What only these generations keep in the store: their closures without the closures of all other roots that the host's
 * own garbage collector knows, running processes among them. `garbage` is what nothing keeps already. A root may point to
 * a path that is gone, which is left out.
 */
const script = `
PATH="$PATH:/run/current-system/sw/bin:/nix/var/nix/profiles/default/bin:/usr/sbin:/usr/bin:/sbin:/bin"
profile=/nix/var/nix/profiles/system
work=$(mktemp -d) || exit 1
trap 'rm -rf "$work"' EXIT
for number in "$@"; do echo "$profile-$number-link"; done >"$work/going"
valid() { sort -u >"$work/asked"; xargs -r nix-store --check-validity --print-invalid <"$work/asked" | sort -u >"$work/invalid"; comm -23 "$work/asked" "$work/invalid"; }
closure() { valid | xargs -r nix-store --query --requisites | sort -u; }
sizes() { xargs -r nix --extra-experimental-features nix-command path-info --size 2>/dev/null | sed "s/^/$1	/"; }
nix-store --gc --print-roots 2>/dev/null >"$work/roots" || exit 1
grep -vF -f "$work/going" "$work/roots" | sed -n 's|.* -> \\(/nix/store/[^/]*\\).*|\\1|p' | closure >"$work/kept"
while read -r link; do readlink -f "$link"; done <"$work/going" | closure >"$work/gone"
comm -23 "$work/gone" "$work/kept" | sizes only
nix-store --gc --print-dead 2>/dev/null | valid | sizes garbage
echo 'end	yes'
`;

/** Asks a host how much room there is once these generations are gone. @throws ProblemError `deploy-answer-unreadable`, `ssh-*` */
export async function generationRoom(
  session: HostSession,
  numbers: readonly number[],
  signal: AbortSignal,
): Promise<GenerationRoom> {
  let [text, complaints] = ['', ''];
  await session.exec(['sh', '-c', script, 'sh', ...numbers.map(String)], {
    signal,
    timeoutMs: timeLimitMs,
    onOutput: (piece, stream) => {
      if (stream === 'stdout') text += piece;
      else complaints += piece;
    },
  });
  const room = parseRoom(text);
  if (room === null) throw deployError(deployProblems.unreadableAnswer(session.place, complaints || text));
  return room;
}

/** Reads the answer; null where it is not whole. */
export function parseRoom(text: string): GenerationRoom | null {
  const lines = text.split('\n').map((line) => line.split('\t'));
  if (!lines.some(([word]) => word === 'end')) return null;
  // nix pads with tabs or spaces, and so the values after the path are joined again.
  const sum = (word: string): number =>
    lines
      .filter(([first]) => first === word)
      .flatMap(([, ...values]) => readSizeLine(values.join(' ')))
      .reduce((bytes, path) => bytes + path.bytes, 0);
  return { onlyBytes: sum('only'), garbageBytes: sum('garbage') };
}
