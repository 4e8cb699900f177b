/** What DIR means in the help of commands that read a fleet. */
export const FLEET_ARGUMENT = 'the folder with flake.nix, or a flake reference (github:owner/repo), which is read only';

/** How hosts are chosen, for the help of every command that takes a selection. */
export const SELECTION_HELP = `
EXPR chooses hosts: names and globs (web-*), @tag, @tag-*, system:aarch64-linux, state:reachable,
state:outdated, state:failed, state:reboot, saved:NAME; comma is or, & is and, ! is not, with parentheses.
state: asks the hosts first, and state:outdated also evaluates what they would run.
saved:NAME is a selection that was saved with: nixstead selections save DIR NAME EXPR
Examples: nas   web-*,@db   '@web & !web-3'   'system:aarch64-linux & state:reachable'`;

export const WAVES_HELP = `

A file of waves (or [waves] and [[waves.wave]] in nixstead.toml):
  stop-after = 1            # so many hosts that fail stop the deploy
  when-stopped = "go-back"  # or "keep": what happens to hosts that are done
  [[wave]]
  on = "@canary"            # or count = 1, or percent = 25
  wait = 10                 # minutes; then:
  health = true             # look for failed units, run the health checks once more
  pause = true              # and wait for a person
Hosts that are in no wave come last.`;

export const LIMITS_HELP = 'evaluations=N, builds=N, copies=N or activations=N';
