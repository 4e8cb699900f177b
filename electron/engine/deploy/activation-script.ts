import type { Problem } from '../../../shared/contract/problem.ts';
import type { Activation } from './activation.ts';
import { asRoot, type Argv } from './privilege.ts';
import { forgetNextBoot } from './reboot/boot-loaders.ts';
import { folderFunctions, sweepFolders, watchdogFunctions, watchdogProgram } from './watchdog-script.ts';

/**
 * How a system is activated on the target so that a connection that drops does not end it: a program is written to a
 * folder in /run and started in a transient systemd unit (or, where systemd does not run, in a session of its own). It
 * leaves its output and at its end its status there; following is a second program that can be started again.
 */

/**
 * Runs on the target as root, apart from any connection. A hang-up is ignored, and each status is written beside and
 * moved into place, so that nobody reads half of it. A watchdog that was faster is heeded.
 */
const program = `
folder=$1 system=$2 goal=$3 profile=$4 generation=$5
trap '' HUP
exec </dev/null >>"$folder/output" 2>&1
echo "$$" >"$folder/pid.new" && mv "$folder/pid.new" "$folder/pid"
leave() { echo "$1 $2" >"$folder/status.new" && mv "$folder/status.new" "$folder/status"; exit 0; }
[ "$(readlink "$folder/verdict")" != reverted ] || exit 0
if [ -n "$generation" ]; then
  nix-env -p "$profile" --switch-generation "$generation" || leave profile "$?"
elif [ -n "$profile" ]; then
  nix-env -p "$profile" --set "$system" || leave profile "$?"
fi
"$system/bin/switch-to-configuration" "$goal"
code=$?
${forgetNextBoot}
case $goal-$code in switch-0 | switch-4 | boot-0) forget_next_boot ;; esac
leave switch "$code"
`;

/**
 * Arms the watchdog and starts the program, unless that was done before, so that asking again after a lost connection is
 * safe; half of it is never left. What cannot be guarded is not started. The unit gets the caller's PATH and locales, as
 * nixos-rebuild's does.
 *
 * From the look at the other activations until this one has its `pid`, and so is seen by the next look, one launcher at a
 * time is let in. The kernel gives the lock free when its holder ends, however that happens.
 */
const launcher = `
set -eu
trap '' HUP
folder=$1 unit=$2 nonce=$3 program=$4 watchdog=$5 seconds=$6
shift 6
new=$1 profile=$3
${watchdogFunctions}
${folderFunctions}
undo() { [ "$seconds" = 0 ] || disarm || :; rm -rf "$folder"; }
umask 077
mkdir -p "\${folder%/*}"
exec 9>"\${folder%/*}/.lock"
flock -w 60 9 || { code=$?; [ "$code" != 1 ] || echo "$nonce busy .lock" >&2; exit "$code"; }
for other in "\${folder%/*}"/*; do
  if [ "$other" = "$folder" ] || ! is_busy "$other"; then continue; fi
  echo "$nonce busy \${other##*/}" >&2
  exit 0
done
${sweepFolders}
if mkdir "$folder" 2>/dev/null; then
  trap undo EXIT
  : >"$folder/output"
  printf '%s' "$program" >"$folder/program"
  [ "$seconds" = 0 ] || arm
  if [ -d /run/systemd/system ]; then
    systemd-run --quiet --collect --no-ask-password --service-type=exec --unit="$unit" \\
      --property=TimeoutStopSec=3 --setenv=PATH="$PATH" \${LOCALE_ARCHIVE:+--setenv=LOCALE_ARCHIVE="$LOCALE_ARCHIVE"} \\
      /bin/sh "$folder/program" "$folder" "$@" >&2 9>&-
  else
    setsid /bin/sh "$folder/program" "$folder" "$@" </dev/null >/dev/null 2>&1 9>&- &
  fi
  trap - EXIT
  tries=0
  until [ -s "$folder/pid" ] || [ "$tries" -ge 200 ]; do tries=$((tries + 1)); sleep 0.05; done
fi
exec 9>&-
echo "$nonce started" >&2
`;

/**
 * Prints the output from its beginning as it grows, then the status on the other stream. It ends when the program has
 * ended, however that happened.
 */
const follower = `
folder=$1 nonce=$2
tries=0
until [ -s "$folder/pid" ] || [ ! -d "$folder" ] || [ "$tries" -ge 200 ]; do tries=$((tries + 1)); sleep 0.05; done
if [ ! -s "$folder/pid" ]; then echo "$nonce gone 0" >&2; exit 0; fi
pid=$(cat "$folder/pid")
tail -n +1 -s 0.1 -f --pid="$pid" "$folder/output" 2>/dev/null || {
  while kill -0 "$pid" 2>/dev/null; do sleep 0.2; done
  cat "$folder/output"
}
echo "$nonce $(cat "$folder/status" 2>/dev/null || echo died 0)" >&2
`;

/** One look at an activation that may still run. */
const glance = `
folder=$1 nonce=$2
if [ -s "$folder/status" ]; then echo "$nonce $(cat "$folder/status")"
elif [ -s "$folder/pid" ] && kill -0 "$(cat "$folder/pid")" 2>/dev/null; then echo "$nonce running 0"
elif [ -d "$folder" ]; then echo "$nonce died 0"
else echo "$nonce gone 0"; fi
`;

/** Starts the activation and follows it. `privilege` is what root's commands begin with; empty for root. */
export function startArgv(activation: Activation, privilege: readonly string[]): Argv {
  const { folder, unit, nonce, system, goal, profile, toGeneration, watchdogSeconds } = activation;
  const both = `${launcher}\nset +eu\ntrap - HUP\nset -- "$folder" "$nonce"\n${follower}`;
  const guard = watchdogSeconds === null ? ['', '0'] : [watchdogProgram, String(watchdogSeconds)];
  const what = [system, goal, profile ?? '', toGeneration === null ? '' : String(toGeneration)];
  return asRoot(privilege, ['sh', '-c', both, 'sh', folder, unit, nonce, program, ...guard, ...what]);
}

/** Follows an activation that was started before. */
export function followArgv(activation: Activation, privilege: readonly string[]): Argv {
  return asRoot(privilege, ['sh', '-c', follower, 'sh', activation.folder, activation.nonce]);
}

/** Asks how far an activation is, without waiting. */
export function glanceArgv(activation: Activation, privilege: readonly string[]): Argv {
  return asRoot(privilege, ['sh', '-c', glance, 'sh', activation.folder, activation.nonce]);
}

/**
 * How an activation ended, or how far it is. `profile`: nix-env could not set the profile; `switch`:
 * switch-to-configuration ended with `exitCode`; `died`: it was killed; `gone`: there is no trace of it (not started, or
 * the machine booted anew); `lost`: the engine's connection broke, and it heard no more; `reverted`: the engine's own rollback put back what ran before.
 */
export interface ActivationStatus {
  readonly state: 'profile' | 'switch' | 'died' | 'gone' | 'running' | 'lost' | 'reverted';
  readonly exitCode: number;
  /** What went wrong beside an activation that came through. */
  readonly remark?: Problem;
}

/** Finds our own line in what the target said; null where the connection ended before it. */
export function readActivationStatus(text: string, nonce: string): ActivationStatus | null {
  const line = new RegExp(`^${nonce} (profile|switch|died|gone|running) (\\d+)$`, 'm').exec(text);
  const state = line?.[1];
  if (state !== 'profile' && state !== 'switch' && state !== 'died' && state !== 'gone' && state !== 'running')
    return null;
  return { state, exitCode: Number(line?.[2] ?? 0) };
}

/** Whose activation is under way there, so that ours was not started; null where none is. */
export function readBusy(text: string, nonce: string): string | null {
  return new RegExp(`^${nonce} busy (.+)$`, 'm').exec(text)?.[1] ?? null;
}

/** True where the launcher got through: from then on the activation goes on without us. */
export function wasStarted(text: string, nonce: string): boolean {
  return new RegExp(`^${nonce} started$`, 'm').test(text);
}
