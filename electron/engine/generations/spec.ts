import { z } from 'zod';
import { target } from '../../../shared/contract/host.ts';
import { hostName } from '../../../shared/contract/ids.ts';

const cleanedHost = z.object({
  name: hostName,
  target: target.nullable(),
  /** True where it is this computer: nothing goes over SSH. */
  isLocal: z.boolean().default(false),
  sshOptions: z.array(z.string()),
  privilegeCommand: z.array(z.string()),
  numbers: z.array(z.int().positive()).min(1),
});
export type CleanedHost = z.infer<typeof cleanedHost>;

/** All that deleting generations of hosts needs. Holds no secret; `version` grows when the shape changes. */
export const generationsSpec = z.object({
  version: z.literal(2),
  hosts: z.array(cleanedHost).min(1),
  /** Folder of our own known_hosts and ssh_config. */
  sshFolder: z.string(),
});
export type GenerationsSpec = z.infer<typeof generationsSpec>;
