import type { Action } from './actions.ts';

type Keys = Pick<KeyboardEvent, 'key' | 'code' | 'ctrlKey' | 'metaKey' | 'altKey' | 'shiftKey'>;

/**
 * Whether a pressed key is the one that `keys` names (`Mod+K`, `Alt+1`, `/`). Mod is Ctrl, or the command key on macOS.
 * Letters and digits are compared by their place on the keyboard where Alt is held, since Alt may type another sign.
 */
export function isPressed(keys: string, event: Keys, isMac: boolean): boolean {
  const parts = keys.split('+');
  const key = parts.at(-1) ?? '';
  const needsMod = parts.includes('Mod');
  const mod = isMac ? event.metaKey : event.ctrlKey;
  const otherMod = isMac ? event.ctrlKey : event.metaKey;
  if (needsMod !== mod || otherMod || parts.includes('Alt') !== event.altKey) return false;
  const isSameKey = event.key.toLowerCase() === key.toLowerCase();
  const isSamePlace = event.altKey && (event.code === `Key${key.toUpperCase()}` || event.code === `Digit${key}`);
  return isSameKey || isSamePlace;
}

/** The action whose shortcut was pressed; none while its refusal stands. */
export function pressedAction(actions: readonly Action[], event: Keys, isMac: boolean): Action | undefined {
  return actions.find(({ keys, refusal }) => keys !== undefined && refusal === null && isPressed(keys, event, isMac));
}
