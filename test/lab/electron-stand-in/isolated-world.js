/* global document, MessageChannel, CustomEvent */
// Evaluated in every page before its own scripts, in a world of its own: the page sees neither these names nor those of
// the preload script. Gives the preload script the two modules that it may have in a sandbox: contextBridge and
// ipcRenderer. `toMain` is a function of this world only; what it is told, it tells the stand-in's main process.

/**
 * @param {(message: string) => void} toMain
 * @param {(require: (name: string) => unknown) => void} preload
 * @param {{ expose: string, call: string }} events names of the events that the page's side of the bridge listens to
 * @param {string} receiver name under which the main process finds this world's receiver
 */
export function startIsolatedWorld(toMain, preload, events, receiver) {
  const tell = (message) => toMain(JSON.stringify(message));
  const listeners = new Map();
  const ports = new Map();

  const ipcRenderer = {
    send: (channel, ...args) => tell({ type: 'ipc', channel, args }),
    on(channel, listener) {
      listeners.set(channel, [...(listeners.get(channel) ?? []), listener]);
      return ipcRenderer;
    },
  };

  const contextBridge = {
    exposeInMainWorld(name, api) {
      if (typeof api !== 'function') throw new Error(`The stand-in bridges functions only, ${name} is none`);
      document.addEventListener(`${events.call}:${name}`, (event) => {
        if (api(...JSON.parse(event.detail)) !== undefined) throw new Error(`${name} gives something back`);
      });
      document.dispatchEvent(new CustomEvent(events.expose, { detail: name }));
      tell({ type: 'exposed', name });
    },
  };

  globalThis[receiver] = (message) => {
    if (message.type === 'port') ports.get(message.id)?.postMessage(message.data);
    if (message.type === 'port-closed') {
      ports.get(message.id)?.close();
      ports.delete(message.id);
    }
    if (message.type === 'ipc') {
      const received = message.ports.map((id) => {
        const { port1, port2 } = new MessageChannel();
        port1.onmessage = ({ data }) => tell({ type: 'port', id, data });
        port1.addEventListener('close', () => ports.delete(id) && tell({ type: 'port-closed', id }));
        ports.set(id, port1);
        return port2;
      });
      const event = { sender: ipcRenderer, ports: received };
      for (const listener of listeners.get(message.channel) ?? []) listener(event, ...message.args);
    }
  };

  preload((name) => {
    if (name === 'electron') return { contextBridge, ipcRenderer };
    throw new Error(`A sandboxed preload script cannot load ${name}`);
  });
}

/**
 * The page's side of the bridge: makes a function of every name that the preload script exposes.
 * @param {{ expose: string, call: string }} events
 */
export function startMainWorld(events) {
  document.addEventListener(events.expose, ({ detail: name }) => {
    const bridged = (...args) => {
      document.dispatchEvent(new CustomEvent(`${events.call}:${name}`, { detail: JSON.stringify(args) }));
    };
    Object.defineProperty(globalThis, name, { value: bridged, enumerable: true });
  });
}
