import type { implement } from '@orpc/server';
import type { contract } from '../../../shared/contract/index.ts';
import { terminalId, type TerminalEvent } from '../../../shared/contract/terminal.ts';

const text = [
  '\x1b[1;32m[root@nixos-installer:~]#\x1b[0m lsblk -o NAME,SIZE,FSTYPE,MOUNTPOINTS /dev/nvme0n1',
  'NAME          SIZE FSTYPE MOUNTPOINTS',
  'nvme0n1     465.8G        ',
  '├─nvme0n1p1     1G vfat   ',
  '└─nvme0n1p2 464.8G        ',
  '\x1b[1;32m[root@nixos-installer:~]#\x1b[0m dmesg | tail -n 2',
  '[  913.204411] nvme nvme0: I/O tag 322 (4142) opcode 0x1 (I/O Cmd) QID 2 timeout, aborting req_op:WRITE(1)',
  '[  913.311802] \x1b[31mcritical target error\x1b[0m, dev nvme0n1, sector 2099200 op 0x1:(WRITE)',
  '\x1b[1;32m[root@nixos-installer:~]#\x1b[0m ',
].join('\r\n');

/** A terminal of the stand-in engine: it has said something, and ends when something is typed, with `q` by an error. */
export function terminalParts(os: ReturnType<typeof implement<typeof contract>>) {
  let onTyped: ((text: string) => void) | null = null;
  return {
    terminal: {
      open: os.terminal.open.handler(async function* ({ signal }): AsyncGenerator<TerminalEvent> {
        yield { type: 'opened', id: terminalId.parse('0'.repeat(32)), place: 'root@10.0.20.77' };
        yield { type: 'output', text };
        const typed = await new Promise<string>((resolve) => {
          onTyped = resolve;
          signal?.addEventListener('abort', () => resolve(''));
        });
        if (typed.includes('q')) throw new Error('Nixstead is not connected to its engine.');
        yield { type: 'output', text: 'Connection to 10.0.20.77 closed by remote host.\r\n' };
        yield { type: 'ended', exitCode: 255, signal: null };
      }),
      write: os.terminal.write.handler(({ input }) => onTyped?.(input.text)),
      resize: os.terminal.resize.handler(() => undefined),
      drawn: os.terminal.drawn.handler(() => undefined),
    },
  };
}
