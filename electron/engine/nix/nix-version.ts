/** The version of a nix program, as far as we have to tell versions apart. */
export interface NixVersion {
  readonly major: number;
  readonly minor: number;
  /** What `nix --version` said. */
  readonly text: string;
  readonly isLix: boolean;
}

/** Reads `nix (Nix) 2.26.3`, `nix (Determinate Nix 3.8.5) 2.30.2`, `nix (Lix, like Nix) 2.91.1`; null: no version. */
export function parseNixVersion(answer: string): NixVersion | null {
  const found = /(\d+)\.(\d+)\S*\s*$/.exec(answer.trim());
  if (found === null) return null;
  return {
    major: Number(found[1]),
    minor: Number(found[2]),
    text: answer.trim(),
    isLix: /\bLix\b/.test(answer),
  };
}

export function isAtLeast(version: NixVersion, [major, minor]: readonly [number, number]): boolean {
  return version.major > major || (version.major === major && version.minor >= minor);
}
