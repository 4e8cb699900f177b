import { userInfo } from 'node:os';

/** The user of this computer, where that name would do as an admin's; else `admin`. */
export function ownUser(): string {
  const { username } = userInfo();
  return username !== 'root' && /^[a-z_][a-z0-9_-]{0,30}$/.test(username) ? username : 'admin';
}
