import type { BuildNode } from '../../../shared/contract/job.ts';
import type { NewJobEvent } from './context.ts';
import type { EventAppender } from './event-file.ts';

/** How long progress is held back: 10 lines a second for each host and stage are enough for a smooth bar. */
const HOLD_MS = 100;

type Held = Extract<NewJobEvent, { type: 'step' | 'build' | 'activity' }>;

/**
 * Writes a job's events. Progress of a running step and changes of builds come faster than anybody looks: the latest of
 * each is held for a moment. Everything else goes out at once, after what was held, so that the order stays.
 */
export class EventWriter implements Disposable {
  readonly #appender: EventAppender;
  readonly #held = new Map<string, Held>();
  #timer: NodeJS.Timeout | null = null;

  constructor(appender: EventAppender) {
    this.#appender = appender;
  }

  emit(event: NewJobEvent): void {
    if (isProgress(event)) {
      this.#hold(event);
      return;
    }
    this.flush();
    this.#write(event, event.type === 'outcome' || event.type === 'finished');
  }

  /** Writes what is held back. */
  flush(): void {
    if (this.#timer !== null) clearTimeout(this.#timer);
    this.#timer = null;
    for (const event of this.#held.values()) this.#write(event, false);
    this.#held.clear();
  }

  [Symbol.dispose](): void {
    this.flush();
  }

  #hold(event: Held): void {
    const key = keyOf(event);
    const known = this.#held.get(key);
    this.#held.set(key, event.type === 'build' && known?.type === 'build' ? mergeBuilds(known, event) : event);
    this.#timer ??= setTimeout(() => this.flush(), HOLD_MS);
  }

  #write(event: NewJobEvent, isDurable: boolean): void {
    const stamped: WithoutSeq = { at: Date.now(), ...event };
    this.#appender.append(stamped, isDurable);
  }
}

type WithoutSeq = Parameters<EventAppender['append']>[0];

function isProgress(event: NewJobEvent): event is Held {
  if (event.type === 'step') return event.step.state === 'running';
  return event.type === 'build' || event.type === 'activity';
}

/** What takes the place of what. */
function keyOf(event: Held): string {
  switch (event.type) {
    case 'step':
      return `step ${event.step.stage} ${event.step.host}`;
    case 'build':
      return `build ${event.host}`;
    case 'activity':
      return 'activity';
  }
}

function mergeBuilds(
  earlier: Extract<Held, { type: 'build' }>,
  later: Extract<Held, { type: 'build' }>,
): Extract<Held, { type: 'build' }> {
  const nodes = new Map<string, BuildNode>(earlier.nodes.map((node) => [node.drv, node]));
  for (const node of later.nodes) nodes.set(node.drv, node);
  return { ...later, nodes: [...nodes.values()] };
}
