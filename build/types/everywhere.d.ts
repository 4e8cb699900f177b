/**
 * What browsers and Node both have, for the check of shared/, which knows neither: only the part that shared/ uses.
 * Everywhere else the platform's own types stand.
 */
interface URL {
  readonly href: string;
  readonly protocol: string;
  readonly hostname: string;
  readonly port: string;
  readonly username: string;
  readonly password: string;
}

declare const URL: {
  parse(address: string): URL | null;
};
