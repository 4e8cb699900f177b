import type { CDPSession } from '@playwright/test';

/** What Chromium has counted of a page until now, by name: `ScriptDuration`, `LayoutDuration` and more, in seconds. */
export async function metricsOf(session: CDPSession): Promise<ReadonlyMap<string, number>> {
  const { metrics } = await session.send('Performance.getMetrics');
  return new Map(metrics.map(({ name, value }) => [name, value]));
}
