import { z } from 'zod';

/** Identifies an opened fleet: a short hash of its real path (or flake reference). */
export const fleetId = z
  .string()
  .regex(/^[0-9a-f]{16}$/)
  .brand<'FleetId'>();
export type FleetId = z.infer<typeof fleetId>;

/** Identifies a job; sorts by creation time, safe as a folder name: `20261121-031500-a1b2c3`. */
export const jobId = z
  .string()
  .regex(/^\d{8}-\d{6}-[0-9a-f]{6}$/)
  .brand<'JobId'>();
export type JobId = z.infer<typeof jobId>;

/**
 * The attribute name of a host in the fleet. Names come from foreign flakes, so every string is carried here as data;
 * whether one may reach a command is decided by `shared/fleet/host-name.ts`.
 */
export const hostName = z.string().min(1).max(1000).brand<'HostName'>();
export type HostName = z.infer<typeof hostName>;
