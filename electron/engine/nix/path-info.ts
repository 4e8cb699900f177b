import { z } from 'zod';
import type { CaptureLimits } from './capture.ts';
import { askNix } from './json-answer.ts';
import { findNix } from './nix-program.ts';
import { isAtLeast } from './nix-version.ts';

export interface PathInfo {
  readonly path: string;
  /** Of the path alone, unpacked. */
  readonly narSizeBytes: number;
  /** Of it and everything that it needs. */
  readonly closureSizeBytes: number;
  readonly references: readonly string[];
}

const storeFolder = '/nix/store';

const entry = z.object({
  narSize: z.number(),
  closureSize: z.number(),
  references: z.array(z.string()).default([]),
  storeDir: z.string().default(storeFolder),
});

type Entry = z.infer<typeof entry>;
const byPath = z.record(z.string(), entry.nullable());

/** A list with `path` inside (to 2.18), an object by path (to 2.34), or `info` by base name (format 2). */
export const pathInfoAnswer = z.union([
  z.array(entry.extend({ path: z.string() })).transform((answer) => answer.map((one) => pathInfo(one.path, one))),
  z.object({ info: byPath }).transform((answer) => pathInfos(answer.info)),
  byPath.transform(pathInfos),
]);

/** A path that is not there is null. */
function pathInfos(answer: z.infer<typeof byPath>): PathInfo[] {
  return Object.entries(answer).flatMap(([path, one]) => (one === null ? [] : [pathInfo(path, one)]));
}

function pathInfo(path: string, { narSize, closureSize, references, storeDir }: Entry): PathInfo {
  const whole = (name: string): string => (name.startsWith('/') ? name : `${storeDir}/${name}`);
  return {
    path: whole(path),
    narSizeBytes: narSize,
    closureSizeBytes: closureSize,
    references: references.map(whole),
  };
}

/**
 * Sizes of store paths; `isRecursive`: of everything that they need as well. A path that is neither in the store nor in a
 * binary cache is left out by newer versions of nix, and an error with older ones.
 * @throws ProblemError
 */
export async function readPathInfo(
  paths: readonly string[],
  options: CaptureLimits & { readonly isRecursive?: boolean } = {},
): Promise<PathInfo[]> {
  const { isRecursive = false, ...limits } = options;
  const { version } = await findNix();
  // 2.34 warns without it, and does not take what older ones do not know.
  const format = isAtLeast(version, [2, 34]) && !version.isLix ? ['--json-format', '1'] : [];
  const flags = ['--json', ...format, '--closure-size', ...(isRecursive ? ['--recursive'] : [])];
  return askNix({ ...limits, args: ['path-info', ...flags, ...paths] }, 'the sizes of store paths', pathInfoAnswer);
}
