import type { Target } from '../../shared/contract/host.ts';
import type { NewTarget } from '../../shared/fleet/change/change.ts';
import { readPort } from '../create/host-draft.ts';

/** What was typed about where a host answers. */
export interface TargetDraft {
  readonly address: string;
  readonly user: string;
  readonly port: string;
}

export function draftOf(target: Target | null): TargetDraft {
  return { address: target?.host ?? '', user: target?.user ?? '', port: target?.port?.toString() ?? '' };
}

/**
 * The target that is asked for; what is as it was is left out, so that nothing is written about it. Or why there is none
 * yet.
 */
export function targetChange(now: Target | null, draft: TargetDraft): { target: NewTarget } | { refusal: string } {
  const was = draftOf(now);
  const [address, user] = [draft.address.trim(), draft.user.trim()];
  if (address === '') return { refusal: 'Give an address.' };
  const port = readPort(draft.port);
  if (port === undefined) return { refusal: 'A port is a number from 1 to 65535.' };
  const isSameUser = user === was.user;
  const isSamePort = draft.port.trim() === was.port;
  if (address === was.address && isSameUser && isSamePort) return { refusal: 'Nothing is different yet.' };
  return {
    target: {
      address,
      ...(isSameUser ? {} : { user: user === '' ? null : user }),
      ...(isSamePort ? {} : { port }),
    },
  };
}
