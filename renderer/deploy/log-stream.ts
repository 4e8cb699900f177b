import type { HostName, JobId } from '../../shared/contract/ids.ts';
import type { Client } from '../app/client.ts';
import type { Connection } from '../app/connection.ts';

/**
 * One log from its beginning to the end of the job, over lost connections: after each it goes on at the byte where it
 * was cut off. `onText` may return a promise; the next piece is taken when it has settled.
 */
export function followLog(
  connection: { client: Client; follow: Connection['follow'] },
  log: { id: JobId; host: HostName | null },
  handlers: { onText: (text: string) => void | Promise<void>; onEnd: () => void; onError: (error: unknown) => void },
): Disposable {
  let next = 0;
  return connection.follow((signal) => connection.client.job.log({ ...log, from: next }, { signal }), {
    each: async (chunk) => {
      next = chunk.nextOffset;
      if (chunk.text !== '') await handlers.onText(chunk.text);
    },
    done: handlers.onEnd,
    failed: handlers.onError,
  });
}
