import { spawnSync } from 'node:child_process';
import { describe, expect, test } from 'vitest';
import { probeArgv } from '../../../../electron/engine/machines/probe-script.ts';
import { readers } from '../../../../electron/engine/machines/probe.ts';
import { readProbe } from '../../../../shared/machines/read-probe.ts';

const shells = [['dash'], ['bash', '--posix'], ['busybox', 'sh']] as const;

/** True where this computer has the shell. */
const isHere = ([program]: readonly string[]): boolean =>
  spawnSync(program ?? '', ['-c', ':']).error === undefined || spawnSync(program ?? '', ['sh', '-c', ':']).status === 0;

describe('the probe’s script', () => {
  for (const shell of shells) {
    test(`is read to its end by ${shell.join(' ')}`, (context) => {
      const [program, ...words] = shell;
      if (process.platform !== 'linux') context.skip('a machine that is installed runs Linux');
      if (!isHere(shell)) context.skip(`${program} is not on this computer (apt install ${program})`);
      const ended = spawnSync(program, [...words, ...probeArgv('@@').slice(1)], { encoding: 'utf8', input: '' });
      const report = readProbe(ended.stdout, '@@', Date.now(), readers);
      expect(report?.kernel.name).toBe('Linux');
      expect(report?.memory.totalBytes).toBeGreaterThan(0);
      expect(ended.stderr).toBe('');
    });
  }
});
