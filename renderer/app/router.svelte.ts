import { parseRoute, printRoute, type Route } from './routes.ts';

/** Which page is shown; kept in the address, so that reload, back and forward work. */
export class Router {
  #route = $state.raw<Route>(parseRoute(window.location.hash));

  constructor() {
    window.addEventListener('hashchange', () => (this.#route = parseRoute(window.location.hash)));
  }

  get route(): Route {
    return this.#route;
  }

  go(route: Route): void {
    window.location.hash = printRoute(route);
    this.#route = route;
  }

  /** Changes the address of the page in place, for what should not be a step of its own in the history. */
  replace(route: Route): void {
    window.history.replaceState(window.history.state, '', printRoute(route));
    this.#route = route;
  }
}
