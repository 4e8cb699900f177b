import { mount } from 'svelte';
import App from './App.svelte';
import { AppState } from './app-state.svelte.ts';
import type { Connection } from './connection.ts';
import { startTheme } from './theme.ts';

/** Puts the window's content on the page, on top of a connection to an engine. */
export function mountApp(connection: Connection): void {
  const place = document.getElementById('app');
  if (place === null) throw new Error('The page has no place for the app.');
  startTheme();
  const app = new AppState(connection);
  mount(App, { target: place, props: { app } });
  void app.start();
}
