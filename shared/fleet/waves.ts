import type { HostName } from '../contract/ids.ts';
import type { Wave, WavePlan } from '../contract/waves.ts';
import { isSelected, parseSelection, statesNeeded, type SavedSelections } from './selection.ts';

/** A host as waves are made of it. */
interface HostOfWaves {
  readonly name: HostName;
  readonly tags: readonly string[];
  readonly system: string | null;
}

/** A selection of a wave that cannot be read. */
export interface WaveMistake {
  readonly wave: string;
  readonly text: string;
  readonly message: string;
}

const noGate: Wave['gate'] = { waitMinutes: 0, isHealthChecked: false, isPaused: false };

/**
 * Who is deployed when: every host is in exactly one wave, in the order in which the hosts were named. A wave that no host
 * is left for falls away; hosts that no wave names come last.
 */
export function planWaves(
  plan: WavePlan,
  hosts: readonly HostOfWaves[],
  saved: SavedSelections = new Map(),
): { readonly waves: Wave[] } | { readonly mistake: WaveMistake } {
  let left = [...hosts];
  const waves: Wave[] = [];
  for (const [index, written] of plan.wave.entries()) {
    const name = written.name ?? nameOf(written, index);
    let chosen: HostOfWaves[];
    if (written.on === undefined) {
      const share = Math.max(1, Math.ceil((hosts.length * (written.percent ?? 0)) / 100 - 1e-9));
      chosen = left.slice(0, written.count ?? share);
    } else {
      const parsed = parseSelection(written.on, saved);
      if (!parsed.ok) return { mistake: { wave: name, text: written.on, message: parsed.error.message } };
      if (statesNeeded(parsed.node).size > 0) {
        return {
          mistake: { wave: name, text: written.on, message: 'a wave cannot go by state:, which changes meanwhile' },
        };
      }
      chosen = left.filter((host) => isSelected(parsed.node, host));
    }
    if (chosen.length === 0) continue;
    left = left.filter((host) => !chosen.includes(host));
    const { wait = 0, health = false, pause = false } = written;
    const gate = { waitMinutes: wait, isHealthChecked: health, isPaused: pause };
    waves.push({ name, hosts: chosen.map((host) => host.name), gate });
  }
  if (left.length > 0) {
    const name = waves.length === 0 ? 'all hosts' : 'the rest';
    waves.push({ name, hosts: left.map((host) => host.name), gate: noGate });
  }
  return { waves };
}

function nameOf({ on, count, percent }: WavePlan['wave'][number], index: number): string {
  if (on !== undefined) return on.slice(0, 60);
  if (count !== undefined) return index === 0 && count === 1 ? 'canary' : count === 1 ? '1 host' : `${count} hosts`;
  return `${percent} %`;
}

/** True where the next wave may begin. @param failed hosts of all waves so far that did not come to what was asked for */
export function mayGoOn({ 'stop-after': stopAfter }: Pick<WavePlan, 'stop-after'>, failed: number): boolean {
  return failed < stopAfter;
}

/** What comes between a wave and the next, for a person: `waits 10 min, then checks again`; empty where nothing does. */
export function gateText({ waitMinutes, isHealthChecked, isPaused }: Wave['gate']): string {
  const parts = [
    ...(waitMinutes > 0 ? [`waits ${waitMinutes} min`] : []),
    ...(isHealthChecked ? ['checks health again'] : []),
    ...(isPaused ? ['waits for you'] : []),
  ];
  return parts.join(', then ');
}
