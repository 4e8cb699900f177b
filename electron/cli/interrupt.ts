type Handler = () => void;

/** The innermost handler is the one that is called; without one, the program ends as it would by itself. */
const handlers: Handler[] = [];
const signals = ['SIGINT', 'SIGTERM', 'SIGHUP'] as const;
const exitStatus = { SIGINT: 130, SIGTERM: 143, SIGHUP: 129 } as const;

/**
 * Ends this program on Ctrl-C in an orderly way: programs that it started (nix) are in process groups of their own,
 * which a terminal's Ctrl-C does not reach, and are ended when this process exits. Jobs go on.
 */
export function takeInterrupts(): void {
  for (const signal of signals) {
    process.on(signal, () => {
      const handler = handlers.at(-1);
      if (handler) handler();
      else process.exit(exitStatus[signal]);
    });
  }
}

/** Lets a command decide what an interrupt means, until it is disposed. */
export function onInterrupt(handler: Handler): Disposable {
  handlers.push(handler);
  return { [Symbol.dispose]: () => void handlers.splice(handlers.indexOf(handler), 1) };
}
