/** What a restart does to keys that nothing uploads after it: going back reads none, and colmena does not know of it. */
export const keysGoneWords = 'A restart takes the keys in /run/keys away; the goal “keys” uploads them again.';
