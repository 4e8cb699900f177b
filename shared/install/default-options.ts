import type { InstallOptions } from '../contract/install.ts';

/** How an install is done where nobody says otherwise. */
export const defaultInstallOptions: InstallOptions = {
  buildOn: { kind: 'here' },
  withoutDiskoDependencies: false,
  kexecImage: null,
  hardware: 'nixos-generate-config',
  hostKey: 'make',
  extraFiles: null,
  encryptionKeys: [],
  bootLimitSeconds: 720,
  commits: true,
};
