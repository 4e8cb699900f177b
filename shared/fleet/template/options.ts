/** What a new fleet is made from. Every text is data: it is written into Nix as a quoted string. */
export interface NewFleet {
  readonly name: string;
  readonly layout: 'factory' | 'simple';
  /** Branch of nixpkgs without `nixos-`: `25.11`, `unstable`. */
  readonly release: string;
  /** User that is made on every machine beside root. */
  readonly adminUser: string;
  /** OpenSSH public keys that may log in. */
  readonly sshKeys: readonly string[];
  readonly timeZone: string;
}

/** A person who logs in to one host: a user in the group wheel. Their keys log in as root too, which deploying needs. */
export interface HostAdmin {
  readonly user: string;
  readonly sshKeys: readonly string[];
}

export const hostTypes = ['server', 'pc', 'cloud', 'rpi'] as const;
export type HostType = (typeof hostTypes)[number];

/** A host of one of our layouts, as its `host.nix` (factory) or its entry in flake.nix (simple) says. */
export interface NewHost {
  readonly name: string;
  readonly type: HostType;
  /** For example x86_64-linux. */
  readonly system: string;
  /** Address that it is deployed to; null: not deployed over SSH. */
  readonly address: string | null;
  readonly user: string | null;
  readonly port: number | null;
  readonly tags: readonly string[];
  /** `system.stateVersion`: the release that the machine was installed with. */
  readonly stateVersion: string;
  /** What it includes of the fleet's `modules/` beside what every host does; absent: nothing. */
  readonly modules?: readonly string[] | undefined;
  /** Who logs in beside those who log in to every machine of the fleet; absent: nobody. */
  readonly admin?: HostAdmin | undefined;
  /** Where it is not the fleet's own; absent: as every machine. */
  readonly timeZone?: string | undefined;
}

/** Files by path relative to the fleet's folder. */
export type FileSet = Readonly<Record<string, string>>;
