// Streams and watches are Disposable. Browsers older than 2025 have no Symbol.dispose; then one is made, before any
// other module of the page reads it.
if (Symbol.dispose === undefined) Object.defineProperty(Symbol, 'dispose', { value: Symbol('Symbol.dispose') });
