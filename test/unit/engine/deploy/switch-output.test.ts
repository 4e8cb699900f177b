import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import {
  describeUnits,
  LineCutter,
  noSwitchProgress,
  readSwitchLine,
} from '../../../../electron/engine/deploy/switch-output.ts';

const read = (text: string) => text.split('\n').reduce(readSwitchLine, noSwitchProgress);

test('a switch is told by its units', () => {
  const progress = read(`updating GRUB 2 menu...
stopping the following units: tailscaled.service
activating the configuration...
setting up /etc...
restarting the following units: sshd.service, nginx.service
the following new units were started: borgbackup.service`);
  expect(progress).toMatchObject({
    stopped: ['tailscaled.service'],
    restarted: ['sshd.service', 'nginx.service'],
    started: ['borgbackup.service'],
    failed: [],
    unitsDone: 4,
    unitsTotal: 4,
  });
  expect(describeUnits(progress)).toBe('1 stopped, 2 restarted, 1 started');
});

test('units count as done when the next group begins', () => {
  const lines = ['stopping the following units: a.service, b.service', 'starting the following units: c.service'];
  const [first, second] = [read(lines[0] ?? ''), read(lines.join('\n'))];
  expect([first.unitsDone, first.unitsTotal]).toEqual([0, 2]);
  expect([second.unitsDone, second.unitsTotal]).toEqual([2, 3]);
});

test('what happens at the moment is told in the program’s own words', () => {
  expect(read('setting up tmpfiles').activity).toBe('setting up tmpfiles');
  expect(read('activating the configuration...').activity).toBe('activating the configuration...');
  expect(read('updating GRUB 2 menu...').activity).toBe('updating GRUB 2 menu...');
  expect(read('some output of a script').activity).toBe('');
});

test('failed units are named', () => {
  expect(read('warning: the following units failed: nginx.service, borg-job.timer').failed).toEqual([
    'nginx.service',
    'borg-job.timer',
  ]);
  // A unit that does not reload runs on with what it had, so nothing else tells of it.
  const said = `Failed to reload nginx.service: Access denied
Failed to restart borg.service
Job for sshd.service failed because the control process exited with error code.
A dependency job for web.target failed. See 'journalctl -xe' for details.
Failed to start transient service unit: Unit was already loaded.`;
  expect(read(said).failed).toEqual(['nginx.service', 'borg.service', 'sshd.service', 'web.target']);
});

test('what fails beside units is told', () => {
  expect(read('warning: user activation for ann failed').otherFailures).toEqual(['user activation for ann failed']);
  expect(read('Failed to run activate script').hasActivationFailed).toBe(true);
  expect(read("Activation script snippet 'users' failed (1)").hasActivationFailed).toBe(true);
  expect(read('setting up /etc...').hasActivationFailed).toBe(false);
});

test('dry-activate tells what would happen', () => {
  const progress = read(`would stop the following units: old.service
would activate the configuration...
would restart the following units: sshd.service, nginx.service
would start the following units: tailscaled.service`);
  expect(describeUnits(progress, true)).toBe('would stop 1, would restart 2, would start 1');
  expect(describeUnits(noSwitchProgress, true)).toBe('');
});

test('a stream is cut into lines wherever its pieces end', () => {
  const cutter = new LineCutter();
  const lines = ['setting up ', '/etc...\nactiv', 'ating', '\n', 'rest'].flatMap((piece) => [...cutter.push(piece)]);
  expect(lines).toEqual(['setting up /etc...', 'activating']);
});

test.each([
  ['switch-first', '2 started'],
  ['switch-second', '2 restarted, 1 started'],
  ['rollback', '1 stopped, 2 restarted'],
  ['dry-activate', 'would restart 2, would start 1'],
  ['nix-env-set', ''],
])('a recorded switch: %s', (name, units) => {
  const output = readFileSync(join(import.meta.dirname, '../../../fixtures/switch', name, 'output'), 'utf8');
  expect(describeUnits(read(output), name === 'dry-activate')).toBe(units);
});
