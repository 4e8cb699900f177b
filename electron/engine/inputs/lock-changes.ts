import type { FlakeInput, LockChange } from '../../../shared/contract/inputs.ts';

const keyOf = ({ path }: FlakeInput): string => path.join('\0');
const identityOf = ({ locked, follows }: FlakeInput): string =>
  JSON.stringify([locked?.url, locked?.narHash, locked?.revision, follows]);

/** How the inputs of two locks differ; those that are the same are left out. */
export function lockChanges(before: readonly FlakeInput[], after: readonly FlakeInput[]): LockChange[] {
  const old = new Map(before.map((input) => [keyOf(input), input]));
  const now = new Map(after.map((input) => [keyOf(input), input]));
  const order = [...after, ...before.filter((input) => !now.has(keyOf(input)))];
  return order.flatMap((input): LockChange[] => {
    const [was, is] = [old.get(keyOf(input)), now.get(keyOf(input))];
    if (was && is && identityOf(was) === identityOf(is)) return [];
    return [
      {
        path: input.path,
        before: was?.locked ?? null,
        after: is?.locked ?? null,
        followed: was?.follows ?? null,
        follows: is?.follows ?? null,
      },
    ];
  });
}
