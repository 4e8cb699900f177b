/** How a state feels; a token colour, and never shown without an icon and a word. */
export type Tone = 'ok' | 'warn' | 'bad' | 'run' | 'off';
