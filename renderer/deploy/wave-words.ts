import type { WaveProgress } from '../../shared/contract/waves.ts';
import { formatDuration } from '../ui/format.ts';
import type { Tone } from '../ui/tone.ts';

/** How a wave stands, as its badge says it. @param isOver true where the job ended, by itself or not */
export function waveResult({ state, failed }: WaveProgress, isOver: boolean): { tone: Tone; word: string } {
  const failures = failed > 0 ? `, ${failed} failed` : '';
  switch (state) {
    case 'running':
    case 'gate':
      if (isOver) return { tone: 'off', word: `ended${failures}` };
      return { tone: failed > 0 ? 'bad' : 'run', word: `${state === 'gate' ? 'waiting' : 'running'}${failures}` };
    case 'done':
      return { tone: failed > 0 ? 'bad' : 'ok', word: `done${failures}` };
    case 'stopped':
      return { tone: failed > 0 ? 'bad' : 'off', word: `stopped${failures}` };
    case 'skipped':
      return { tone: 'off', word: 'not begun' };
    case 'waiting':
      return { tone: 'off', word: isOver ? 'not begun' : 'waiting' };
  }
}

/** What a wave's gate waits for; empty outside one. @param now ms since the epoch */
export function waveWait({ waitsFor, until }: WaveProgress, now: number): string {
  switch (waitsFor) {
    case 'time':
      return until === null ? '' : `goes on in ${formatDuration(Math.max(0, until - now))}`;
    case 'health':
      return 'checks health again';
    case 'person':
      return 'is through and waits for you';
    case null:
      return '';
  }
}
