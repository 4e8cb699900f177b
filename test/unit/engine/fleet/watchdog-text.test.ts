import { expect, test } from 'vitest';
import { withWatchdog } from '../../../../electron/engine/fleet/watchdog-text.ts';

const file = `# The house.
[defaults]
watchdog = 90 # slow disks
health = [{ tcp = 22 }]

[[hosts.nas.health]]
unit = "smbd"
`;

test('another watchdog is written over the one before, is new, and goes; everything else stays', () => {
  const all = { kind: 'defaults' } as const;
  expect(withWatchdog(file, { scope: all, watchdog: 120 })).toBe(file.replace('90', '120'));
  expect(withWatchdog(file, { scope: all, watchdog: 'off' })).toBe(file.replace('90', '"off"'));
  expect(withWatchdog(file, { scope: all, watchdog: null })).toBe(file.replace('watchdog = 90 # slow disks\n', ''));
  const web = { kind: 'tag', name: 'front door' } as const;
  expect(withWatchdog(file, { scope: web, watchdog: 30 })).toBe(`${file}\n[tags."front door"]\nwatchdog = 30\n`);
  expect(withWatchdog(file, { scope: web, watchdog: null })).toBe(file);
  expect(withWatchdog('', { scope: all, watchdog: 30 })).toBe('[defaults]\nwatchdog = 30\n');
});

test('where a table for it would be in the wrong place, nothing is written', () => {
  const nas = { kind: 'host', name: 'nas' } as const;
  expect(withWatchdog('hosts = { nas = { watchdog = 30 } }\n', { scope: nas, watchdog: 60 })).toBeNull();
  expect(withWatchdog('hosts.nas.watchdog = 30\n', { scope: nas, watchdog: null })).toBeNull();
});
