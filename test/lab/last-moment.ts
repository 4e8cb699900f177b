import { removeLabFolder, type LabFolder } from './lab-folder.ts';
import type { NetworkSwitch } from './network-switch.ts';

/**
 * Takes a lab down when this process ends without doing so: on exit (also after an uncaught error), and on the
 * signals that end a process. After SIGKILL the kernel ends the lab's processes; its folder is removed by the next lab.
 */
export function takeDownAtTheEnd(networkSwitch: NetworkSwitch, folders: LabFolder): Disposable {
  // The machines hold on to this process (see startFirstProcess), so only the folder needs work here.
  const atExit = (): void => {
    try {
      process.kill(networkSwitch.pid, 'SIGKILL');
    } catch {
      // Gone already.
    }
    try {
      removeLabFolder(folders);
    } catch {
      // A machine may still be writing in its last moment; the next lab removes what is left.
    }
  };
  process.on('exit', atExit);
  const signals = ['SIGINT', 'SIGTERM', 'SIGHUP'] as const;
  const atSignal = (signal: NodeJS.Signals): void => {
    // Where somebody else handles the signal (a test runner, the practice mode), ending is theirs to decide.
    if (process.listenerCount(signal) > 1) return;
    forget();
    atExit();
    process.kill(process.pid, signal);
  };
  const forget = (): void => {
    process.off('exit', atExit);
    for (const signal of signals) process.off(signal, atSignal);
  };
  for (const signal of signals) process.on(signal, atSignal);
  return { [Symbol.dispose]: forget };
}
