import { readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { afterAll, beforeAll, beforeEach, expect, test } from 'vitest';
import { z } from 'zod';
import { optionFacts, optionName, optionsState } from '../../shared/contract/options.ts';
import { describeLab } from '../lab/describe-lab.ts';
import { createLab, nodePath, projectRoot, type Lab } from '../lab/index.ts';

let lab: Lab;
let wrapper: string;
let calls: string;

const answer = z.object({
  states: z.array(optionsState),
  complete: z.array(z.object({ names: z.array(optionName), isComplete: z.boolean() })),
  describe: z.array(optionFacts.nullable()),
});

/** Asks an engine of its own about a fleet's options. `NIX_SLOW`: the evaluation of options does not come to an end. */
async function options(path: string, asked: object, env: Record<string, string> = {}) {
  const program = join(projectRoot, 'test/integration/options/engine-process.ts');
  const { exitCode, stdout, stderr } = await lab.controller.exec([nodePath, program, path, JSON.stringify(asked)], {
    timeoutMs: 60_000,
    env: { NIXSTEAD_NIX: wrapper, NIX_CALLS: calls, ...env },
  });
  expect(exitCode, stderr).toBe(0);
  return answer.parse(JSON.parse(stdout.trim().split('\n').at(-1) ?? ''));
}

/** How often the options were evaluated since the last call of this function. */
async function evaluations(): Promise<number> {
  const text = await readFile(calls, 'utf8');
  await writeFile(calls, '');
  return text.split('\n').filter((line) => line === 'options').length;
}

describeLab('the options of a fleet', () => {
  beforeAll(async () => {
    lab = await createLab({ name: 'options', onProgress: console.log });
    calls = join(lab.folder, 'nix-calls');
    wrapper = join(lab.folder, 'counting-nix');
    const script = `#!/bin/sh
case "$*" in *optionAttrSetToDocList*)
  echo options >>"$NIX_CALLS"
  if [ -n "$NIX_SLOW" ]; then echo $$ >"$NIX_SLOW"; exec sleep 600; fi ;;
esac
exec nix "$@"
`;
    await writeFile(wrapper, script, { mode: 0o755 });
  });
  afterAll(() => lab?.down());
  beforeEach(() => writeFile(calls, ''));

  test('are those of its own nixpkgs and of its own modules, with what they are', async () => {
    const own = `imports = [ ({ lib, ... }: { options.shed.lamps = lib.mkOption {
      type = lib.types.int;
      default = throw "somebody has to say";
      description = "How many lamps there are.";
    }; }) ];`;
    const { path } = await lab.fleet('plain', { name: 'own', hosts: ['alpha'], config: { alpha: own } });
    const { states, complete, describe } = await options(path, {
      complete: [
        { path: [], prefix: 'net' },
        { path: ['services', 'openssh'], prefix: '' },
        { path: ['users', 'users', null], prefix: 'is' },
        { path: ['users', 'users', 'sam', 'openssh', 'authorizedKeys'], prefix: 'KEY' },
      ],
      describe: [['networking', 'hostName'], ['shed', 'lamps'], ['networking'], ['nothing']],
    });
    expect(states).toEqual([
      { state: 'reading' },
      { state: 'ready', nixpkgs: expect.stringMatching(/^25\.11/), count: expect.any(Number) },
    ]);
    expect(complete.map(({ names }) => names.map(({ name }) => name))).toEqual([
      ['networking'],
      ['enable'],
      ['isNormalUser', 'isSystemUser'],
      ['keyFiles', 'keys'],
    ]);
    expect(describe).toMatchObject([
      { name: 'networking.hostName', default: '"nixos"', example: '"garden"', isReadOnly: false },
      { type: 'signed integer', description: 'How many lamps there are.', default: null },
      { type: 'submodule' },
      null,
    ]);
    expect(describe[0]?.description).toContain('name of the machine');
    expect(describe[1]?.declarations).toEqual(['hosts/alpha/default.nix']);
  });

  test('are evaluated once for a lock, whatever else changes, and again for another lock', async () => {
    const { path } = await lab.fleet('plain', { name: 'cached', hosts: ['alpha', 'beta'] });
    await options(path, {});
    expect(await evaluations()).toBe(1);
    await writeFile(join(path, 'hosts/alpha/default.nix'), '{ networking.hostName = "alpha"; }\n');
    const again = await options(path, { complete: [{ path: ['networking'], prefix: 'host' }] });
    expect(again.complete[0]?.names.map(({ name }) => name)).toEqual(['hostId', 'hostName']);
    expect(await evaluations()).toBe(0);
    const lock = join(path, 'flake.lock');
    await writeFile(lock, `${await readFile(lock, 'utf8')}\n`);
    await options(path, {});
    expect(await evaluations()).toBe(1);
  });

  test('end with who asked for them, and where none can be read it is said why', async () => {
    const { path } = await lab.fleet('plain', { name: 'slow', hosts: ['alpha'] });
    const pidFile = join(lab.folder, 'slow-nix');
    const { states, complete } = await options(path, { breakOffAt: pidFile }, { NIX_SLOW: pidFile });
    expect([states, complete]).toEqual([[{ state: 'reading' }], []]);
    expect((await lab.controller.exec(['kill', '-0', (await readFile(pidFile, 'utf8')).trim()])).exitCode).not.toBe(0);

    const broken = { alpha: 'imports = [ ./not-there.nix ];' };
    const other = await lab.fleet('plain', { name: 'broken', hosts: ['alpha'], config: broken });
    const absent = await options(other.path, { complete: [{ path: [], prefix: '' }] });
    expect(absent.states.at(-1)).toMatchObject({ state: 'absent', problem: { code: 'options-no-host' } });
    expect(absent.complete).toEqual([{ names: [], isComplete: true }]);
  });
});
