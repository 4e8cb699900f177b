import { existsSync } from 'node:fs';
import { mkdtemp, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { delimiter, join } from 'node:path';
import type { LabHost } from '../lab-host.ts';
import { mustRun } from '../run-command.ts';

/** A container has the clock of its machine, so programs are told another time by a library, which has to be compiled. */
export const canSetClocks = (process.env['PATH'] ?? '')
  .split(delimiter)
  .some((folder) => folder !== '' && existsSync(join(folder, 'cc')));

/** Starts a host anew with a clock that is wrong by so many seconds, for every program on it. */
export async function setClock(host: LabHost, wrongBySeconds: number): Promise<void> {
  const folder = await mkdtemp(join(tmpdir(), 'nixstead-clock-'));
  try {
    const library = join(folder, 'clock.so');
    const define = `-DLAB_CLOCK_SECONDS=${Math.round(wrongBySeconds)}`;
    const source = join(import.meta.dirname, 'clock.c');
    await mustRun(['cc', '-shared', '-fPIC', '-O1', define, '-o', library, source]);
    const put = 'base64 -d >/usr/lib/lab-clock.so && echo /usr/lib/lab-clock.so >/etc/ld.so.preload';
    const { exitCode, stderr } = await host.exec(['sh', '-c', put], { stdin: await readFile(library, 'base64') });
    if (exitCode !== 0) throw new Error(stderr);
  } finally {
    await rm(folder, { recursive: true });
  }
  await host.reboot();
}
