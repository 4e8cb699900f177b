import type { Problem } from '../../../../shared/contract/problem.ts';

/** What can go wrong when a host restarts. */
export const rebootProblems = {
  refused: (host: string, evidence: string): Problem => ({
    code: 'deploy-reboot-refused',
    title: `${host} could not be restarted; it runs the new system with the kernel from before`,
    evidence,
    advice: [`Look what holds it: systemd-inhibit --list and systemctl list-jobs on ${host}.`, 'Restart it by hand.'],
  }),
  gone: (host: string, seconds: number, evidence: string, isGuarded: boolean): Problem => ({
    code: 'deploy-reboot-gone',
    title: `${host} was restarted and did not come back within ${seconds} s`,
    evidence,
    advice: [
      'Look at the machine itself: it may wait for a passphrase, check a file system, or fail to boot.',
      isGuarded
        ? 'Switch it off and on: then it boots what it booted before. If it comes back by itself, deploy again, so that it keeps the new system.'
        : 'To go back, choose the generation before in its boot menu.',
    ],
    canRetry: true,
  }),
  otherSystem: (host: string, evidence: string): Problem => ({
    code: 'deploy-reboot-other-system',
    title: `${host} came back with another system than the one that was deployed`,
    evidence,
    advice: [
      'Its boot loader may start another entry: look at its boot menu, and whether /boot is full or not mounted.',
      'Deploy again once it boots what it should.',
    ],
  }),
  wentBack: (host: string, evidence: string): Problem => ({
    code: 'deploy-reboot-went-back',
    title: `${host} did not come up with the new system, and booted the one from before`,
    evidence,
    advice: [
      `Its new generation is kept. What the boot that failed left: journalctl --list-boots and journalctl -b -1 on ${host}.`,
      'Look for what the start needs: kernel, initrd modules, file systems.',
    ],
  }),
  unconfirmed: (host: string, evidence: string): Problem => ({
    code: 'deploy-boot-unconfirmed',
    title: `${host} runs the new system on trial, and its health checks fail; another restart goes back`,
    evidence,
    advice: [
      'See to what fails. The next look at the host runs the checks again, and keeps the system once they pass.',
      `To go back now, restart ${host}: it starts the system from before.`,
    ],
    canRetry: true,
  }),
  notDefault: (host: string, evidence: string): Problem => ({
    code: 'deploy-reboot-not-default',
    title: `${host} came back with the new system, and its boot loader still starts the one from before`,
    evidence,
    advice: ['Look at /boot: it may be full or not mounted.', 'Deploy again: that sets the boot loader too.'],
    canRetry: true,
  }),
  held: (host: string, lost: string): Problem => ({
    code: 'deploy-reboot-held',
    title: `${host} was not restarted, since ${lost} did not come back from its own restart`,
    evidence: 'They have a tag in common, or both have none',
    advice: [`See to ${lost} first, then deploy to ${host} again: what is left is its restart.`],
    canRetry: true,
  }),
} as const;
