import { readFile } from 'node:fs/promises';
import { z } from 'zod';

/** The events of git's trace2 (api-trace2.txt) that tell of hooks. `sid` has a `/` for git that a hook runs itself. */
const event = z.discriminatedUnion('event', [
  z.object({
    event: z.literal('child_start'),
    sid: z.string(),
    child_id: z.number(),
    child_class: z.string().optional(),
    hook_name: z.string().optional(),
  }),
  z.object({ event: z.literal('child_exit'), sid: z.string(), child_id: z.number(), code: z.number() }),
]);

/** The hook that failed, from the text of a GIT_TRACE2_EVENT file; null: none did. */
export function failedHook(trace: string): string | null {
  const hooks = new Map<number, string>();
  for (const line of trace.split('\n')) {
    const told = event.safeParse(jsonOf(line));
    if (!told.success || told.data.sid.includes('/')) continue;
    const one = told.data;
    if (one.event === 'child_start') {
      if (one.child_class === 'hook') hooks.set(one.child_id, one.hook_name ?? 'unknown');
    } else if (one.code !== 0 && hooks.has(one.child_id)) return hooks.get(one.child_id) ?? null;
  }
  return null;
}

/** As {@link failedHook}, of a file that may not be there. */
export async function failedHookOf(file: string): Promise<string | null> {
  return failedHook(await readFile(file, 'utf8').catch(() => ''));
}

function jsonOf(line: string): unknown {
  try {
    return JSON.parse(line);
  } catch {
    return null;
  }
}
