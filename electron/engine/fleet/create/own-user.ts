import { userInfo } from 'node:os';
import { whyAdminIsRefused } from '../../../../shared/fleet/access-rules.ts';

/** The user of this computer, where that name would do as an admin's; else `admin`. */
export function ownUser(): string {
  const { username } = userInfo();
  return whyAdminIsRefused(username) === null ? username : 'admin';
}
