/** How ssh is answered for a host of the fleet (../ssh/askpass.ts, ../ssh/sudo-ssh.ts). */
const typed = ['SSH_ASKPASS', 'SSH_ASKPASS_REQUIRE', 'NIXSTEAD_SSH_PASSPHRASE', 'NIXSTEAD_SSH_PASSWORD'];

/**
 * Takes out of an environment what a person typed for a host of the fleet, so that no program which goes to the machine
 * on which nix runs has it.
 * @returns the whole of it, for the way to the host's store alone
 */
export function setSecretsApart(env: NodeJS.ProcessEnv): NodeJS.ProcessEnv {
  const whole = { ...env };
  for (const name of typed) delete env[name];
  const { NIXSTEAD_SUDO_PASSWORD: password, NIXSTEAD_PATH: path } = whole;
  // The ssh of PATH would send the password to whatever it connects to; where a person gave it, there is none.
  if (password !== undefined && path !== undefined) env['PATH'] = path;
  delete env['NIXSTEAD_SUDO_PASSWORD'];
  delete env['NIXSTEAD_PATH'];
  return whole;
}
