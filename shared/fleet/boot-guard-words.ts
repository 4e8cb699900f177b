/** What goal `boot` means for the next boot of a host, for a person who is about to choose it. */
export const bootGuardWords =
  'With systemd-boot, and GRUB that can write to its /boot, the next boot tries it once: where it hangs, switch the host off ' +
  'and on. It is kept once Nixstead has seen the host up with it and its checks pass; until then another restart goes back. ' +
  'With other boot loaders nothing goes back, and the result says so.';
