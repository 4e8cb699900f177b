import type { NewHostRequest } from '../../shared/contract/create.ts';
import type { HostType } from '../../shared/fleet/template/options.ts';

/** The kinds of machine, as a person chooses between them. */
export const HOST_TYPES: readonly { value: HostType; title: string; text: string }[] = [
  { value: 'server', title: 'Server', text: 'A machine at home that is always on.' },
  { value: 'pc', title: 'PC', text: 'A desktop or a laptop.' },
  { value: 'cloud', title: 'Cloud', text: 'A virtual machine at a provider.' },
  { value: 'rpi', title: 'Raspberry Pi', text: 'A small board with an ARM processor.' },
];

export const SYSTEMS = ['x86_64-linux', 'aarch64-linux'] as const;

/** What a kind of machine mostly has. */
export function usualSystem(type: HostType): (typeof SYSTEMS)[number] {
  return type === 'rpi' ? 'aarch64-linux' : 'x86_64-linux';
}

/** What was typed about a new host. */
export interface HostDraft {
  readonly name: string;
  readonly type: HostType;
  readonly system: string;
  readonly address: string;
  readonly user: string;
  readonly port: string;
  readonly tags: string;
  readonly stateVersion: string;
}

/** `web, prod @blue`: tags apart by commas or white space, each once, with or without `@`. */
export function readTags(text: string): string[] {
  const tags = text.split(/[\s,]+/).map((tag) => tag.replace(/^@/, ''));
  return [...new Set(tags.filter((tag) => tag !== ''))];
}

/** A port from what was typed; null for none, undefined where it is no port. */
export function readPort(text: string): number | null | undefined {
  if (text.trim() === '') return null;
  const port = /^\d{1,5}$/.test(text.trim()) ? Number(text) : 0;
  return port >= 1 && port <= 65535 ? port : undefined;
}

/** The host that the engine is asked about, or why it cannot be asked yet. */
export function hostRequest(draft: HostDraft): { host: NewHostRequest } | { refusal: string } {
  if (draft.name.trim() === '') return { refusal: 'Name the host first.' };
  const port = readPort(draft.port);
  if (port === undefined) return { refusal: 'A port is a number from 1 to 65535.' };
  const address = draft.address.trim() === '' ? null : draft.address.trim();
  // Who logs in where means nothing without a place.
  const isReached = address !== null;
  const user = isReached && draft.user.trim() !== '' ? draft.user.trim() : null;
  const { type, system, stateVersion } = draft;
  const name = draft.name.trim();
  return {
    host: {
      name,
      type,
      system,
      address,
      user,
      port: isReached ? port : null,
      tags: readTags(draft.tags),
      stateVersion,
    },
  };
}
