export interface InsideOptions {
  /** Absolute folder inside; `/` when absent. */
  cwd?: string;
  env?: Readonly<Record<string, string>>;
  user?: string;
}

/** What root may not do in a lab machine: device nodes, kernel modules, raw hardware, the clock, kexec. */
const lostRights = '-mknod,-sys_module,-sys_rawio,-sys_time,-sys_boot,-syslog';

/** The words before a command that run it inside a machine, with a clean environment. `pid`: its first process. */
export function enterMachine(
  pid: number,
  environment: Readonly<Record<string, string>>,
  { cwd = '/', env, user }: InsideOptions = {},
): string[] {
  const variables = Object.entries({ ...environment, ...env }).map(([key, value]) => `${key}=${value}`);
  return [
    ...['nsenter', '--target', String(pid), '--mount', '--uts', '--ipc', '--net', '--pid', '--'],
    ...['setpriv', '--bounding-set', lostRights],
    ...(user === undefined ? [] : ['runuser', '-u', user, '--']),
    ...['env', '-i', '-C', cwd, ...variables],
  ];
}
