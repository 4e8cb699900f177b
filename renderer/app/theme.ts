import type { Settings } from '../../shared/contract/settings.ts';

type Theme = Settings['theme'];

const STORAGE_KEY = 'nixstead.theme';
const prefersDark = window.matchMedia('(prefers-color-scheme: dark)');

function isTheme(text: string | null): text is Theme {
  return text === 'system' || text === 'light' || text === 'dark';
}

let chosen: Theme = 'system';

function paint(): void {
  const isDark = chosen === 'dark' || (chosen === 'system' && prefersDark.matches);
  document.documentElement.dataset['theme'] = isDark ? 'dark' : 'light';
}

/** Paints the page as it was last time, before the engine has told the settings, so that nothing flashes. */
export function startTheme(): void {
  const remembered = localStorage.getItem(STORAGE_KEY);
  chosen = isTheme(remembered) ? remembered : 'system';
  prefersDark.addEventListener('change', paint);
  paint();
}

export function setTheme(theme: Theme): void {
  chosen = theme;
  localStorage.setItem(STORAGE_KEY, theme);
  paint();
}
