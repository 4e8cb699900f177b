/** A release of NixOS. Days are those of the release schedule, as YYYY-MM-DD. */
export interface NixosRelease {
  /** `25.11`: branches are `nixos-25.11`, `nixos-25.11-small`, `release-25.11`. */
  readonly name: string;
  readonly releasedOn: string;
  /** The last day with updates: a month after the next release. */
  readonly supportedUntil: string;
}

/**
 * NixOS comes out at the end of May and November and gets updates for seven months (NixOS manual, “Upgrading NixOS”;
 * nixpkgs, RELEASES). Days of releases to come are those that the schedule has for them.
 */
const nixosReleases: readonly NixosRelease[] = [
  { name: '19.09', releasedOn: '2019-10-09', supportedUntil: '2020-04-24' },
  { name: '20.03', releasedOn: '2020-04-20', supportedUntil: '2020-10-27' },
  { name: '20.09', releasedOn: '2020-10-27', supportedUntil: '2021-06-30' },
  { name: '21.05', releasedOn: '2021-05-31', supportedUntil: '2021-12-31' },
  { name: '21.11', releasedOn: '2021-11-30', supportedUntil: '2022-06-30' },
  { name: '22.05', releasedOn: '2022-05-30', supportedUntil: '2022-12-31' },
  { name: '22.11', releasedOn: '2022-11-30', supportedUntil: '2023-06-30' },
  { name: '23.05', releasedOn: '2023-05-31', supportedUntil: '2023-12-31' },
  { name: '23.11', releasedOn: '2023-11-29', supportedUntil: '2024-06-30' },
  { name: '24.05', releasedOn: '2024-05-31', supportedUntil: '2024-12-31' },
  { name: '24.11', releasedOn: '2024-11-30', supportedUntil: '2025-06-30' },
  { name: '25.05', releasedOn: '2025-05-23', supportedUntil: '2025-12-31' },
  { name: '25.11', releasedOn: '2025-11-30', supportedUntil: '2026-06-30' },
  { name: '26.05', releasedOn: '2026-05-31', supportedUntil: '2026-12-31' },
  { name: '26.11', releasedOn: '2026-11-30', supportedUntil: '2027-06-30' },
  { name: '27.05', releasedOn: '2027-05-31', supportedUntil: '2027-12-31' },
  { name: '27.11', releasedOn: '2027-11-30', supportedUntil: '2028-06-30' },
];

const dayOf = (now: number): string => new Date(now).toISOString().slice(0, 10);

/** The release that a branch or tag of nixpkgs belongs to (`nixos-24.11-small`, `release-24.11`, `24.11`); null: none. */
export function releaseOfBranch(branch: string): string | null {
  return /^(?:(?:nixos|nixpkgs|release)-)?(\d\d\.\d\d)(?:-(?:small|darwin|aarch64))?$/.exec(branch)?.[1] ?? null;
}

/**
 * Whether a release gets no more updates, and since when; `since` is null for one older than the table.
 * @param now milliseconds since the epoch
 * @returns null where it still gets updates, or is not known yet
 */
export function endOfSupport(name: string, now: number): { readonly since: string | null } | null {
  const [first] = nixosReleases;
  // Names are of the form YY.MM, so they sort by age.
  if (first && name < first.name) return { since: null };
  const release = nixosReleases.find((item) => item.name === name);
  return release && release.supportedUntil < dayOf(now) ? { since: release.supportedUntil } : null;
}

/** The releases that get updates, the newest first; never empty. */
export function supportedReleases(now: number): readonly NixosRelease[] {
  const today = dayOf(now);
  const newestFirst = nixosReleases.toReversed();
  const out = newestFirst.filter((item) => item.releasedOn <= today);
  const supported = out.filter((item) => item.supportedUntil >= today);
  return supported.length > 0 ? supported : out.length > 0 ? out.slice(0, 1) : newestFirst.slice(-1);
}
