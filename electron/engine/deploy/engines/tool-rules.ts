import type { LineRule } from '../../explain/line-rule.ts';

/**
 * What deploying programs say beyond what nix and ssh say below them, the most telling first. Texts are those of recorded
 * runs of colmena 0.5, of switch-to-configuration, of login shells, and of the sources of deploy-rs (src/cli.rs,
 * src/deploy.rs, src/lib.rs, src/bin/activate.rs).
 */
export const toolRules: readonly LineRule[] = [
  {
    code: 'engine-activation-script',
    line: /^.*Activation script snippet '([^']+)' failed.*$/m,
    title: 'The activation script “%” failed',
    advice: [
      'Look at what it printed above that line, and at system.activationScripts of that name.',
      'Exit status 2: nothing of the new system is certain; what the host runs is asked, and stands with it.',
    ],
  },
  {
    code: 'engine-units-failed',
    line: /^warning: the following units failed: (.+)$/m,
    title: 'The host was switched, and these units failed: %',
    advice: [
      'Exit status 4 means just that: the new system runs, without these units.',
      'Look at their logs on the host: journalctl -b -u and the unit.',
    ],
  },
  {
    code: 'engine-out-of-memory',
    line: /^.*(?:terminated by signal: 9|signal: 9 \(SIGKILL\)|killed by signal 9|Out of memory).*$/m,
    title: 'It was killed, most likely because memory ran out',
    advice: [
      'Look for “Out of memory” in the kernel’s log: journalctl --dmesg',
      'Evaluate fewer hosts at once, add swap or zram, or use the engine nix, which measures memory first.',
    ],
    canRetry: true,
  },
  {
    code: 'engine-attribute-missing',
    line: /^.*error: attribute '([^']+)' missing.*$/m,
    title: 'The fleet has no “%”',
    advice: ['Check the name, and that its file is known to git.'],
  },
  {
    code: 'engine-node-missing',
    line: /^.*No (?:node|profile) named `([^`]+)` was found.*$/m,
    title: 'deploy.nodes has no “%”',
    advice: ['Check its name, that it has a profile called system, and that its file is known to git.'],
  },
  {
    code: 'engine-user-missing',
    line: /^.*Neither `user` nor `sshUser` are set for profile (\S+) of node.*$/m,
    title: 'deploy-rs is not told which user activates the profile %',
    advice: ['Set user = "root"; for the node or its profile, and sshUser where it logs in as another.'],
  },
  {
    code: 'engine-not-confirmed',
    line: /^.*(?:Timeout elapsed for confirmation|Failed to run confirmation command over SSH|Confirming activation over SSH resulted in a bad exit code).*$/m,
    title: 'deploy-rs could not confirm over a new connection, so the host goes back',
    advice: [
      'Look for what cuts the way in the new configuration: network, firewall, SSH.',
      'If it only needs longer, give it more time: --watchdog SECONDS, or watchdog in nixstead.toml.',
    ],
    canRetry: true,
  },
  {
    code: 'engine-checks-failed',
    line: /^.*(?:Nix checking command resulted in a bad exit code|Failed to check deployment).*$/m,
    title: 'The checks of the flake failed, so deploy-rs did not begin',
    advice: ['Run nix flake check in the fleet’s folder: it says which check fails.'],
  },
  {
    code: 'engine-definitions-unreadable',
    line: /^.*(?:Error decoding the JSON from evaluation|Error processing deployment definitions|Deployment data invalid): ?(.*)$/m,
    title: 'deploy-rs does not understand what the fleet says: %',
    advice: ['Compare deploy.nodes with what this version of deploy-rs knows; its flake checks say more.'],
  },
  {
    code: 'engine-local-only',
    line: /^.*"apply-local" only works on NixOS machines\..*$/m,
    title: 'This computer does not run NixOS, so it cannot be deployed to itself',
    advice: ['Deploy to it over SSH, or choose other hosts.'],
  },
  {
    code: 'engine-no-fleet',
    line: /^.*Could not find `hive\.nix` or `flake\.nix` in .*$/m,
    title: 'There is no flake.nix and no hive.nix where it looked',
    advice: ['Open the fleet again: its folder may have moved.'],
  },
  {
    code: 'engine-not-supported',
    line: /^.*(Instantiation) is not supported with .*$/m,
    title: '% does not work with this kind of fleet in this version of the program',
    advice: ['Use another version of it, or the engine nix.'],
  },
  {
    code: 'engine-command-missing-there',
    line: /^.*(?:line \d+|sh|bash|zsh): (?:line \d+: )?(\S+): (?:command )?not found$/m,
    title: 'The host has no program “%”',
    advice: ['Check that it is a NixOS machine, and that the login shell of its user sets PATH.'],
  },
  {
    code: 'engine-part-missing',
    line: /^.*I\/O Error: No such file or directory \(os error 2\).*$/m,
    title: 'The program needs a file or another program that is not here',
    advice: ['Streaming evaluation needs nix-eval-jobs: install it, or evaluate in chunks.'],
  },
  {
    code: 'engine-command-failed',
    line: /^.*Exec failed on (\d+) hosts?.*$/m,
    title: 'The command failed on % of the hosts',
    advice: ['Look at the log of each host for what it printed.'],
  },
];
