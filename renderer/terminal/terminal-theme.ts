import type { ITheme } from '@xterm/xterm';

const ANSI = ['black', 'red', 'green', 'yellow', 'blue', 'magenta', 'cyan', 'white'] as const;

/** The terminal's colours from the tokens, as they are now in light or dark. Without a cursor it is there, unseen. */
export function terminalTheme(element: Element, hasCursor: boolean): ITheme {
  const style = getComputedStyle(element);
  const token = (name: string): string => style.getPropertyValue(name).trim();
  const theme: ITheme = {
    background: token('--panel'),
    foreground: token('--text'),
    cursor: token(hasCursor ? '--text' : '--panel'),
    cursorAccent: token('--panel'),
    selectionBackground: token('--ansi-selection'),
    scrollbarSliderBackground: token('--line'),
    scrollbarSliderHoverBackground: token('--line-strong'),
    scrollbarSliderActiveBackground: token('--control'),
  };
  for (const name of ANSI) {
    const color = token(`--ansi-${name}`);
    theme[name] = color;
    theme[`bright${name[0]?.toUpperCase()}${name.slice(1)}` as `bright${Capitalize<typeof name>}`] = color;
  }
  return theme;
}

/** How matches of a search are marked. */
export function searchColors(element: Element): {
  matchBackground: string;
  matchOverviewRuler: string;
  activeMatchBackground: string;
  activeMatchColorOverviewRuler: string;
} {
  const style = getComputedStyle(element);
  const token = (name: string): string => style.getPropertyValue(name).trim();
  return {
    matchBackground: token('--warn-soft'),
    matchOverviewRuler: token('--warn'),
    activeMatchBackground: token('--ansi-match'),
    activeMatchColorOverviewRuler: token('--accent'),
  };
}
