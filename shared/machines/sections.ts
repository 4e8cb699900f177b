/** What the probe script printed, by section; see electron/engine/machines/probe-script.ts. */
export class Sections {
  readonly #sections: ReadonlyMap<string, string>;

  private constructor(sections: ReadonlyMap<string, string>) {
    this.#sections = sections;
  }

  /** Text before the first section (a banner of the login shell) is dropped. */
  static read(output: string, nonce: string): Sections {
    const sections = new Map<string, string>();
    let name: string | null = null;
    let lines: string[] = [];
    const close = (): void => {
      if (name !== null) sections.set(name, lines.join('\n'));
      lines = [];
    };
    for (const line of output.split('\n')) {
      const text = line.endsWith('\r') ? line.slice(0, -1) : line;
      if (!text.startsWith(`${nonce} `)) {
        lines.push(text);
        continue;
      }
      close();
      name = text.slice(nonce.length + 1).trim();
    }
    close();
    return new Sections(sections);
  }

  /** Empty where the section is not there. */
  text(name: string): string {
    return this.#sections.get(name) ?? '';
  }

  has(name: string): boolean {
    return this.#sections.has(name);
  }

  /** Lines that hold something. */
  lines(name: string): string[] {
    return this.text(name)
      .split('\n')
      .filter((line) => line.trim() !== '');
  }

  /** Words and values of a section of such lines. */
  values(name: string): Values {
    return new Values(this.lines(name));
  }
}

/** Lines of a word, a tab and a value. */
export class Values {
  readonly #entries: readonly (readonly [string, string])[];

  constructor(lines: readonly string[]) {
    this.#entries = lines.flatMap((line) => {
      const tab = line.indexOf('\t');
      return tab < 0 ? [] : [[line.slice(0, tab), line.slice(tab + 1).trim()] as const];
    });
  }

  get entries(): readonly (readonly [string, string])[] {
    return this.#entries;
  }

  /** The first value of a word that is not empty; null: there is none. */
  first(word: string): string | null {
    return this.#entries.find(([name, value]) => name === word && value !== '')?.[1] ?? null;
  }

  all(word: string): string[] {
    return this.#entries.flatMap(([name, value]) => (name === word && value !== '' ? [value] : []));
  }

  number(word: string): number | null {
    const value = this.first(word);
    return value !== null && /^-?\d+$/.test(value) ? Number(value) : null;
  }
}
