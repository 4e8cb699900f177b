/** What somebody means who types a value for an argument: JSON where it is JSON, several words for `disks`, else text. */
export function argumentValue(name: string, typed: string): unknown {
  const text = typed.trim();
  try {
    return JSON.parse(text) as unknown;
  } catch {
    const words = text.split(/[\s,]+/).filter((word) => word !== '');
    return /s$/.test(name) || words.length > 1 ? words : text;
  }
}
