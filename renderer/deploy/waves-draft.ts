import type { WavePlan } from '../../shared/contract/waves.ts';

/** How the hosts of a wave are told. */
export type WaveWho = 'on' | 'count' | 'percent';

/** A wave while it is written: numbers are texts that may be no numbers yet. */
export interface WaveDraft {
  /** Tells drafts apart, whatever their order. */
  readonly id: number;
  /** Which wave of the file it was made of; null: it is new. */
  readonly from: number | null;
  readonly name: string;
  readonly who: WaveWho;
  readonly value: string;
  readonly wait: string;
  readonly health: boolean;
  readonly pause: boolean;
}

type WrittenWave = WavePlan['wave'][number];

/** The waves of a file, to be written further. */
export function draftsOf(plan: WavePlan | null): WaveDraft[] {
  return (plan?.wave ?? []).map((wave, index) => {
    const { name = '', on, count, percent, wait, health = false, pause = false } = wave;
    const who = on !== undefined ? 'on' : count !== undefined ? 'count' : 'percent';
    const value = String(on ?? count ?? percent ?? '');
    return { id: index, from: index, name, who, value, wait: wait === undefined ? '' : String(wait), health, pause };
  });
}

/** A wave to begin with: one host, and then a person looks. */
export function newDraft(id: number, isFirst: boolean): WaveDraft {
  const value = isFirst ? '1' : '50';
  const who = isFirst ? 'count' : 'percent';
  return { id, from: null, name: '', who, value, wait: '', health: isFirst, pause: isFirst };
}

/** The wave that a draft says, or why it says none. */
export function readDraft({ name, who, value, wait, health, pause }: WaveDraft): WrittenWave | { mistake: string } {
  const waitMinutes = wait.trim() === '' ? undefined : numberIn(wait);
  if (waitMinutes === null || (waitMinutes ?? 0) > 1440)
    return { mistake: 'The wait is a number of minutes, up to 1440.' };
  const hosts = hostsOf(who, value.trim());
  if ('mistake' in hosts) return hosts;
  return {
    ...(name.trim() === '' ? {} : { name: name.trim().slice(0, 60) }),
    ...hosts,
    ...(waitMinutes === undefined ? {} : { wait: waitMinutes }),
    ...(health ? { health: true } : {}),
    ...(pause ? { pause: true } : {}),
  };
}

function hostsOf(who: WaveWho, value: string): Pick<WrittenWave, WaveWho> | { mistake: string } {
  if (who === 'on')
    return value === '' ? { mistake: 'A selection says which hosts, for example @web.' } : { on: value };
  const number = numberIn(value);
  if (who === 'count') {
    if (number === null || !Number.isInteger(number) || number < 1)
      return { mistake: 'A whole number of hosts is wanted.' };
    return { count: number };
  }
  if (number === null || number <= 0 || number > 100)
    return { mistake: 'A share of the hosts is wanted, up to 100 %.' };
  return { percent: number };
}

function numberIn(text: string): number | null {
  return /^\d{1,6}(\.\d{1,4})?$/.test(text.trim()) ? Number(text) : null;
}
