import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { z } from 'zod';
import { place } from '../../../../shared/contract/problem.ts';
import type { NixRun, NixVerb } from '../../../../electron/engine/nix/nix-run.ts';
import { NixProgress } from '../../../../electron/engine/nix/progress.ts';

export const fixtures = join(import.meta.dirname, '../../../fixtures/nix');

const meta = z.object({
  command: z.array(z.string()),
  pty: z.boolean(),
  exit: z.int(),
  flakeSource: z.string().optional(),
});

const count = z.object({ expected: z.int(), done: z.int(), failed: z.int() });
const expected = z.object({
  builds: count,
  copies: count,
  bytes: z.object({ done: z.int(), total: z.int() }),
  failures: z.array(z.object({ drv: z.string(), name: z.string(), message: z.string(), logTail: z.array(z.string()) })),
  warnings: z.array(z.string()).optional(),
  problem: z
    .object({
      code: z.string(),
      title: z.string().optional(),
      evidence: z.string().optional(),
      advice: z.array(z.string()),
      place: place.optional(),
      canRetry: z.boolean().optional(),
    })
    .nullable(),
});

export interface Transcript {
  /** `2.26.3/build-ok` */
  readonly name: string;
  readonly log: string;
  readonly out: string | null;
  readonly meta: z.infer<typeof meta>;
  readonly expected: z.infer<typeof expected>;
}

export function readTranscript(name: string): Transcript {
  const folder = join(fixtures, name);
  const text = (file: string): string => readFileSync(join(folder, file), 'utf8');
  return {
    name,
    log: text('log'),
    out: existsSync(join(folder, 'out')) ? text('out') : null,
    meta: meta.parse(JSON.parse(text('meta.json'))),
    expected: expected.parse(JSON.parse(text('expected.json'))),
  };
}

export function transcriptNames(): string[] {
  return ['2.26.3', '2.34.8'].flatMap((version) =>
    readdirSync(join(fixtures, version)).map((name) => `${version}/${name}`),
  );
}

const verbs: Readonly<Record<string, NixVerb>> = { build: 'build', copy: 'copy', eval: 'evaluate' };

/** The run as its caller would have seen it: the whole log arrived at once, then nix ended. */
export function replay({ log, meta }: Transcript): NixRun {
  const progress = new NixProgress();
  progress.push(log, 1000);
  if (!meta.command.includes('--dry-run')) progress.finish(1000, meta.exit === 0);
  return {
    verb: verbs[meta.command[1] ?? ''] ?? 'query',
    exit: meta.exit < 0 ? { code: null, signal: -meta.exit } : { code: meta.exit, signal: null },
    progress: progress.view(1000),
    ...(meta.flakeSource === undefined ? {} : { flakeSource: meta.flakeSource }),
  };
}
