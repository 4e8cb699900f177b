import { describe, expect, it } from 'vitest';
import { isPressed } from '../../../../renderer/app/shortcuts.ts';

const press = (key: string, held: Partial<Parameters<typeof isPressed>[1]> = {}) => ({
  key,
  code: '',
  ctrlKey: false,
  metaKey: false,
  altKey: false,
  shiftKey: false,
  ...held,
});

describe('shortcuts', () => {
  it('Mod is Ctrl, and the command key on macOS', () => {
    expect(isPressed('Mod+K', press('k', { ctrlKey: true }), false)).toBe(true);
    expect(isPressed('Mod+K', press('k', { metaKey: true }), true)).toBe(true);
    expect(isPressed('Mod+K', press('k', { ctrlKey: true }), true)).toBe(false);
    expect(isPressed('Mod+K', press('k'), false)).toBe(false);
  });
  it('keys are known by their place where Alt types another sign', () => {
    expect(isPressed('Alt+D', press('∂', { altKey: true, code: 'KeyD' }), true)).toBe(true);
    expect(isPressed('Alt+1', press('¡', { altKey: true, code: 'Digit1' }), true)).toBe(true);
  });
  it('other keys held make another shortcut', () => {
    expect(isPressed('Alt+D', press('d', { altKey: true, ctrlKey: true, code: 'KeyD' }), false)).toBe(false);
    expect(isPressed('Mod+K', press('k', { ctrlKey: true, altKey: true }), false)).toBe(false);
  });
});
