import type { Host } from '../contract/host.ts';
import type { Wave, WavePlan } from '../contract/waves.ts';
import { isSelected, parseSelection, statesNeeded, type SavedSelections } from './selection.ts';
import { isUnread } from './unread.ts';

/** A host as waves are made of it. */
type HostOfWaves = Pick<Host, 'name' | 'tags' | 'system' | 'problem'>;

/** A selection of a wave that cannot be read, or that no host matches. */
export interface WaveMistake {
  readonly wave: string;
  readonly text: string;
  readonly message: string;
}

/** Who goes when. */
export interface PlannedWaves {
  readonly waves: Wave[];
  /** Names of waves whose selection matches none of the hosts that are left for them. */
  readonly empty: string[];
}

const noGate: Wave['gate'] = { waitMinutes: 0, isHealthChecked: false, isPaused: false };

/**
 * Who is deployed when: every host is in exactly one wave, in the order in which the hosts were named. A wave that no host
 * is left for falls away; hosts that no wave names come last. A wave that no host of the fleet could be in is a mistake: what
 * it was to try first would go with all the others.
 * @param hosts that are deployed
 * @param of all hosts of the fleet, and its saved selections
 */
export function planWaves(
  plan: WavePlan,
  hosts: readonly HostOfWaves[],
  { fleet, saved }: { readonly fleet: readonly HostOfWaves[]; readonly saved: SavedSelections },
): PlannedWaves | { readonly mistake: WaveMistake } {
  let left = [...hosts];
  const waves: Wave[] = [];
  const empty: string[] = [];
  for (const [index, written] of plan.wave.entries()) {
    const name = written.name ?? nameOf(written, index);
    let chosen: HostOfWaves[];
    if (written.on === undefined) {
      const share = Math.max(1, Math.ceil((hosts.length * (written.percent ?? 0)) / 100 - 1e-9));
      chosen = left.slice(0, written.count ?? share);
    } else {
      const { on: text } = written;
      const mistake = (message: string) => ({ mistake: { wave: name, text, message } });
      const parsed = parseSelection(text, saved);
      if (!parsed.ok) return mistake(parsed.error.message);
      if (statesNeeded(parsed.node).size > 0) return mistake('a wave cannot go by state:, which changes meanwhile');
      if (!fleet.some((host) => isUnread(host) || isSelected(parsed.node, host)))
        return mistake('it matches no host of the fleet');
      chosen = left.filter((host) => isSelected(parsed.node, host));
      if (chosen.length === 0) empty.push(name);
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
  return { waves, empty };
}

/** What becomes of waves that none of the hosts is left for; null: there are none. @param isInWaves true where others are */
export function emptyWavesText(names: readonly string[], isInWaves: boolean): string | null {
  if (names.length === 0) return null;
  const which = names.map((name) => `“${name}”`).join(', ');
  return `No host is left for ${which}${isInWaves ? '' : ': all go at once'}.`;
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
