import { EventEmitter } from 'node:events';
import { describe, expect, it, vi } from 'vitest';
import { claimSingleInstance, folderArgument } from '../../../electron/shell/instance.ts';

describe('the folder of the command line', () => {
  it.each<[string[], boolean, string | null]>([
    [['/opt/nixstead/nixstead', 'fleet'], true, '/home/me/fleet'],
    [['/opt/nixstead/nixstead', '/srv/fleet'], true, '/srv/fleet'],
    [['/opt/nixstead/nixstead'], true, null],
    [['electron', '.', '../fleet'], false, '/home/fleet'],
    [['electron', '.'], false, null],
    [['nixstead', '--no-sandbox', '--ozone-platform=wayland', 'fleet'], true, '/home/me/fleet'],
    [['nixstead', ''], true, null],
  ])('%j', (argv, isPackaged, expected) => {
    expect(folderArgument(argv, '/home/me', isPackaged)).toBe(expected);
  });
});

describe('a second start', () => {
  function claim(isFirst: boolean) {
    const onSecondStart = vi.fn();
    const requestSingleInstanceLock = vi.fn(() => isFirst);
    const app = Object.assign(new EventEmitter(), { requestSingleInstanceLock });
    const isAlone = claimSingleInstance(app, '/home/me/fleet', onSecondStart);
    return { app, isAlone, onSecondStart, requestSingleInstanceLock };
  }

  it('hands its folder to the first and ends', () => {
    const { isAlone, requestSingleInstanceLock } = claim(false);
    expect(isAlone).toBe(false);
    expect(requestSingleInstanceLock).toHaveBeenCalledExactlyOnceWith({ folder: '/home/me/fleet' });
  });

  it('has the first come forward, with the folder where there is one', () => {
    const { app, isAlone, onSecondStart } = claim(true);
    expect(isAlone).toBe(true);
    app.emit('second-instance', {}, ['nixstead'], '/', { folder: '/srv/fleet' });
    app.emit('second-instance', {}, ['nixstead'], '/', { folder: null });
    app.emit('second-instance', {}, ['nixstead', '/ignored'], '/', 'of another version');
    expect(onSecondStart.mock.calls).toEqual([['/srv/fleet'], [null], [null]]);
  });
});
