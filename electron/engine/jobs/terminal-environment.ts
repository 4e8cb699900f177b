/**
 * The environment of this process, with a terminal and a language that parsers can rely on. What an outer terminal multiplexer
 * or Electron left in it is none of the program's business.
 */
export function terminalEnvironment(added: Readonly<Record<string, string>>): Record<string, string> {
  const language = process.platform === 'darwin' ? 'en_US.UTF-8' : 'C.UTF-8';
  const environment: Record<string, string> = {};
  for (const [name, value] of Object.entries(process.env)) {
    if (value !== undefined && !NOT_PASSED_ON.test(name)) environment[name] = value;
  }
  return { ...environment, LANG: language, LC_ALL: language, TERM: 'xterm-256color', ...added };
}

const NOT_PASSED_ON =
  /^(TMUX.*|STY|WINDOWID|TERMCAP|COLUMNS|LINES|LANGUAGE|ELECTRON_.*|NODE_OPTIONS|NODE_COMPILE_CACHE)$/;
