import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { executeDeploy } from '../../../../electron/engine/deploy/job.ts';
import { deploySpec } from '../../../../electron/engine/deploy/spec.ts';
import type { JobContext } from '../../../../electron/engine/jobs/context.ts';

const context = (jobFolder: string): JobContext => ({
  jobFolder,
  signal: new AbortController().signal,
  emit: () => undefined,
  log: () => undefined,
  run: () => Promise.reject(new Error('nothing is run')),
  ask: () => Promise.reject(new Error('nobody is asked')),
  onDecision: () => ({ [Symbol.dispose]: () => undefined }),
  onLimits: () => ({ [Symbol.dispose]: () => undefined }),
});

test('a host that was planned without what builds it is evaluated, and nobody waits for an answer that does not come', async () => {
  const folder = mkdtempSync(join(tmpdir(), 'nixstead job '));
  try {
    const planned = { before: null, outPath: '/nix/store/planned', drvPath: null, stateVersion: null };
    const host = { name: 'nas', source: 'nixosConfigurations', target: null, buildOnTarget: false };
    const spec = deploySpec.parse({
      version: 1,
      goal: 'build',
      fleet: { name: 'gone', path: join(folder, 'gone'), ref: `path:${join(folder, 'gone')}`, form: 'flake' },
      hosts: [{ ...host, privilegeCommand: [], sshOptions: [], planned, refusal: null }],
      sshFolder: folder,
    });
    const { state, outcomes } = await executeDeploy(context(folder), spec);
    expect([state, ...[...outcomes.values()].map((outcome) => outcome.state)]).toEqual(['failed', 'failed']);
  } finally {
    rmSync(folder, { recursive: true });
  }
});
