import type { HostLink } from './host-session.ts';
import type { HostName } from '../../../shared/contract/ids.ts';
import type { JobContext } from '../jobs/context.ts';
import { copyInJob } from '../nix/copy.ts';
import { freeSpaceCommand, parseFreeSpace, type FreeSpace } from '../nix/free-space.ts';
import { CopyPace } from './copy-pace.ts';
import type { HostSteps } from './host-steps.ts';
import type { TargetStore } from './target-store.ts';

interface CopyWork {
  readonly host: HostName;
  readonly path: string;
  readonly place: string;
  readonly store: TargetStore;
  readonly link: HostLink;
  readonly steps: HostSteps;
  /** Called where the copy moves little, so that another one can use what it leaves of this computer's line. */
  readonly onSlow: () => void;
}

/** Copies a system and all that it needs to its host. Returns a short result. */
export async function copySystem(context: JobContext, work: CopyWork): Promise<string> {
  const { host, path, store, steps } = work;
  using pace = new CopyPace(work.onSlow);
  const { copies, bytes } = await copyInJob(context, {
    host,
    paths: [path],
    ...store,
    substituteOnDestination: true,
    shownTarget: work.place,
    askFreeSpace: () => freeSpaceOf(work.link, context.signal),
    onUpdate: ({ view }) => {
      pace.moved(view.bytes.done);
      steps.progress('copy', {
        done: view.bytes.done,
        total: view.bytes.total,
        unit: 'bytes',
        bytesPerSecond: view.bytes.perSecond,
        note: view.copies.expected === 0 ? '' : `${view.copies.done} of ${view.copies.expected} paths`,
      });
    },
  });
  if (copies.expected === 0) return 'nothing to copy';
  return `${copies.expected} ${copies.expected === 1 ? 'path' : 'paths'}, ${sizeText(bytes.total)}`;
}

/** What `df` says about the store of the target. */
async function freeSpaceOf(link: HostLink, signal: AbortSignal): Promise<FreeSpace | null> {
  const session = await link.open(signal);
  const { stdout } = await session.exec(freeSpaceCommand, { signal, timeoutMs: 10_000 });
  return parseFreeSpace(stdout);
}

function sizeText(bytes: number): string {
  const units = ['B', 'KiB', 'MiB', 'GiB', 'TiB'];
  const step = bytes < 1 ? 0 : Math.min(units.length - 1, Math.floor(Math.log2(bytes) / 10));
  const value = bytes / 1024 ** step;
  return `${step === 0 || value >= 100 ? Math.round(value) : value.toFixed(1)} ${units[step] ?? 'B'}`;
}
