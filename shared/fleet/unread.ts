import type { Host } from '../contract/host.ts';

/** True for a host of which nothing is known but that it cannot be read: it may have any tag. */
export function isUnread({ tags, problem }: Pick<Host, 'tags' | 'problem'>): boolean {
  return problem !== null && tags.length === 0;
}
