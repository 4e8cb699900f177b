/**
 * The result of work that may take as long as it likes, but after the signal aborted only `limitMs` more. What comes
 * later, also an error, is dropped.
 */
export async function withinAfterCancel<Result>(
  work: Promise<Result>,
  signal: AbortSignal,
  limitMs: number,
): Promise<Result | 'timed-out'> {
  const { promise, resolve } = Promise.withResolvers<'timed-out'>();
  let timer: NodeJS.Timeout | undefined;
  const startClock = (): void => {
    timer = setTimeout(() => resolve('timed-out'), limitMs);
  };
  if (signal.aborted) startClock();
  else signal.addEventListener('abort', startClock, { once: true });
  try {
    return await Promise.race([work, promise]);
  } finally {
    signal.removeEventListener('abort', startClock);
    clearTimeout(timer);
  }
}
