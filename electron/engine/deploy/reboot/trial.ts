import { nextBootMark } from '../../fleet/status/probe.ts';

/**
 * Shell: `runs_on_trial`, true where the machine came up with a system that the boot loader tried once, and starts the one
 * from before at its next boot. Needs `toplevel` (toplevel.ts).
 */
export const trialFunction = `
runs_on_trial() {
  tried=$(head -n 1 ${nextBootMark} 2>/dev/null)
  [ -n "$tried" ] && [ "$tried" = "$(toplevel /nix/var/nix/profiles/system)" ] &&
    [ "$tried" = "$(readlink -f /run/booted-system)" ]
}
`;
