/** Of a host whose profiles beside the system the engine does not bring. */
export function otherProfilesWords(profiles: readonly string[]): string {
  const names = profiles.join(', ');
  return profiles.length === 1
    ? `Only its system is deployed. Its profile ${names} stays as it is; the engine deploy-rs brings it.`
    : `Only its system is deployed. Its profiles ${names} stay as they are; the engine deploy-rs brings them.`;
}
