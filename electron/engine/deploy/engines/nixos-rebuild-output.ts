import { plainText } from '../../nix/terminal-text.ts';
import { readNixLine, type ToolEvent, type ToolLine, type ToolStage } from './tool-line.ts';

/**
 * What nixos-rebuild prints: the shell script (nixpkgs: pkgs/os-specific/linux/nixos-rebuild) and its successor in Python
 * (pkgs/by-name/ni/nixos-rebuild-ng). Neither says much of itself, so that the programs below it tell how far it is.
 */

/** The first line of switch-to-configuration, whichever that is. */
const switching =
  /^(?:updating GRUB 2 menu|installing the (?:GRUB|boot loader)|Checking switch inhibitors|stopping the following units:|NOT restarting the following|would (?:stop|activate|restart|start|reload) |activating the configuration|setting up \/etc|\(re\)?starting|restarting the following units:|reloading the following units:|starting the following units:)/;
const finished = /^Done\. The new configuration is (\/nix\/store\/\S+)$/;
/** Of the script; it ends with exit status 1 whatever the status below it was. */
const scriptFailed = /^warning: error\(s\) occurred while switching to the new configuration$/;
/** Of Python's subprocess: the command, as it is typed or (before 25.05) as a list, and its exit status. */
const commandFailed = /^(?:\S+: )?(?:error: )?(Command '(.+)' returned non-zero exit status (\d+)\.?)$/;
/** Said by the successor of whatever fails as root there, sudo or not. */
const maybePassword = /^error: while running command with remote sudo, did you forget to use /;

export function readNixosRebuildLine(line: string): ToolLine {
  const text = plainText(line).trimEnd();
  const own = ownEvent(text);
  if (own !== null) return { host: null, text, event: own, isAside: own.type === 'begins' && !switching.test(text) };
  return { host: null, text, event: nixEvent(text), isAside: maybePassword.test(text) };
}

function ownEvent(text: string): ToolEvent | null {
  if (/^building the system configuration\.\.\.$/.test(text)) return { type: 'begins', stage: 'build' };
  if (switching.test(text)) return { type: 'begins', stage: 'activate' };
  const system = finished.exec(text)?.[1];
  if (system !== undefined) return { type: 'done', stage: 'activate', system };
  if (scriptFailed.test(text)) return { type: 'failed', stage: 'activate', reason: text, exitCode: null };
  const failed = commandFailed.exec(text);
  if (!failed) return null;
  const [, reason = text, command = '', status = ''] = failed;
  return { type: 'failed', stage: stageOfCommand(command), reason, exitCode: Number(status) };
}

function stageOfCommand(command: string): ToolStage {
  if (/switch-to-configuration|nix-env/.test(command)) return 'activate';
  if (/nix-copy-closure|'copy'| copy /.test(command)) return 'copy';
  return /'eval'| eval |nix-instantiate/.test(command) ? 'evaluate' : 'build';
}

/** Systems are copied after they were built; derivations that go to a build host are a part of building. */
function nixEvent(text: string): ToolEvent | null {
  const isSystem = /^copying path '\/nix\/store\/[^']+' to /.test(text) && !/\.drv' /.test(text);
  return isSystem ? { type: 'counted', of: 'paths', stage: 'copy' } : readNixLine(text);
}

/** How a program called nixos-rebuild is made. `beginning`: the first of its bytes, as text; `path`: without links. */
export function generationOf(path: string, beginning: string): 'bash' | 'ng' {
  return /nixos-rebuild-ng/.test(path) || /python|nixos_rebuild|nixos-rebuild-ng/.test(beginning) ? 'ng' : 'bash';
}
