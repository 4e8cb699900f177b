import type { Goal } from '../../shared/contract/deploy.ts';

/** What can be done with a new system; words are those of switch-to-configuration and colmena. */
export const GOALS: readonly { value: Goal; title: string; text: string }[] = [
  { value: 'switch', title: 'Switch', text: 'Run the new system now, and at every boot from now on.' },
  {
    value: 'boot',
    title: 'Boot',
    text: 'Run the new system from the next boot on; change nothing now.',
  },
  { value: 'test', title: 'Test', text: 'Run the new system now; the next boot goes back to the old one.' },
  {
    value: 'dry-activate',
    title: 'Plan',
    text: 'Build and copy it, and say what a switch would change (dry-activate).',
  },
  { value: 'push', title: 'Push', text: 'Build and copy it; activate nothing.' },
  { value: 'keys', title: 'Keys', text: 'Only upload deployment.keys, which a reboot takes away.' },
  { value: 'build', title: 'Build', text: 'Only build it here; touch no host.' },
];

/** `Switch` for a goal; other words as they are, since specs of old jobs are data. */
export function goalTitle(goal: unknown): string | null {
  if (typeof goal !== 'string') return null;
  if (goal === 'confirm-boot') return 'Confirm the boot';
  return GOALS.find((known) => known.value === goal)?.title ?? goal;
}
