/* global document */
// The smallest page that uses the app's own connection: shows its state, and on a press what the engine says.
import { connect } from '../../../../renderer/app/connection.ts';

const connection = connect({ retryDelayMs: () => 50 });
const show = (id, text) => (document.getElementById(id).textContent = text);
const history = [connection.state.current];
show('state', connection.state.current);
connection.state.subscribe((state) => {
  history.push(state);
  show('state', state);
  show('history', history.join(' '));
});
connection.client.app.info().then(
  ({ initialPath }) => show('initial', initialPath),
  () => undefined,
);
connection.onOpenRequest((path) => show('opened', path));
document.getElementById('read').addEventListener('click', () => {
  show('theme', '');
  connection.client.settings.get().then(
    ({ theme }) => show('theme', theme),
    (error) => show('theme', error.name),
  );
});

document.getElementById('try').addEventListener('click', async () => {
  const blocked = new Set();
  const all = Promise.withResolvers();
  document.addEventListener('securitypolicyviolation', ({ effectiveDirective }) => {
    blocked.add(effectiveDirective);
    if (blocked.size === 5) all.resolve();
  });
  fetch('https://example.org/').catch(() => undefined);
  try {
    // eslint-disable-next-line no-new-func -- the point of the test
    new Function('return 1')();
  } catch {
    // Wanted.
  }
  const add = (name, properties) => document.body.append(Object.assign(document.createElement(name), properties));
  add('script', { textContent: 'document.title = "inline ran"' });
  add('img', { src: 'https://example.org/x.png' });
  add('iframe', { src: 'https://example.org/' });
  await all.promise;
  show('blocked', [...blocked].toSorted().join(' '));
});
