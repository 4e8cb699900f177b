import { mkdir, open, readdir, readFile, rm, writeFile } from 'node:fs/promises';
import { constants } from 'node:fs';
import { join } from 'node:path';
import type { Prompt } from '../../../shared/contract/job.ts';
import { Bell, watchFolder } from '../jobs/changes.ts';
import type { JobContext } from '../jobs/context.ts';

/**
 * The program that git (GIT_ASKPASS) and ssh (SSH_ASKPASS) run to ask something: the question is its argument, the
 * answer its output. It puts the question into its own folder and waits for the answer in a pipe, so that no secret is
 * ever written down.
 */
const script = `#!/bin/sh
# Written by Nixstead. Asks the questions of git and ssh in its window; see SSH_ASKPASS in ssh(1).
umask 077
name=\${0%/*}/$$
mkfifo "$name.answer" || exit 1
exec 3<>"$name.answer"
printf '%s\\n%s' "$SSH_ASKPASS_PROMPT" "$1" >"$name.draft" && mv "$name.draft" "$name.question" || exit 1
IFS= read -r answer <&3
rm -f "$name.answer"
case $answer in
  +*) printf '%s\\n' "\${answer#+}" ;;
  *) exit 1 ;;
esac
`;

const LOOK_AGAIN_MS = 1000;

export interface Question {
  /** What ssh says of its question (SSH_ASKPASS_PROMPT): `confirm`, `none` for a mere notice, else empty. */
  readonly hint: string;
  readonly text: string;
}

/** How a question is shown. null: nothing is to be answered. */
export function promptOf({ hint, text }: Question): Omit<Prompt, 'id'> | null {
  if (hint === 'none') return null;
  const about = { host: null, text: text.trim(), fingerprint: null, knownFingerprint: null };
  if (/continue connecting \(yes\/no/.test(text)) {
    const fingerprint = /key fingerprint is (SHA256:\S+?)\.?$/m.exec(text)?.[1] ?? null;
    return { ...about, kind: 'host-key', text: firstContact(text), fingerprint };
  }
  if (hint === 'confirm' || /\(yes\/no\)/.test(text)) return { ...about, kind: 'confirm' };
  return { ...about, kind: /^Username\b/.test(text) ? 'text' : 'password' };
}

function firstContact(text: string): string {
  const place = /authenticity of host '([^']+?)(?: \([^']*)?'/.exec(text)?.[1] ?? 'The server';
  const type = /^(\S+) key fingerprint is/m.exec(text)?.[1];
  return `${place} is seen for the first time and shows this ${type === undefined ? '' : `${type} `}key. Is it the right machine?`;
}

/** Answers the questions of one job's git and ssh through the job's prompts. */
export class Askpass implements AsyncDisposable {
  readonly #context: Pick<JobContext, 'ask' | 'emit' | 'signal'>;
  readonly #folder: string;
  readonly #asked = new Set<string>();
  readonly #ended = new AbortController();
  readonly #done: Promise<void>;

  private constructor(context: Pick<JobContext, 'ask' | 'emit' | 'signal'>, folder: string) {
    this.#context = context;
    this.#folder = folder;
    this.#done = this.#serve();
  }

  static async start(context: Pick<JobContext, 'ask' | 'emit' | 'signal'>, folder: string): Promise<Askpass> {
    await mkdir(folder, { recursive: true, mode: 0o700 });
    await writeFile(join(folder, 'askpass'), script, { mode: 0o700 });
    return new Askpass(context, folder);
  }

  /** What git and ssh must be given. */
  get environment(): Record<string, string> {
    const program = join(this.#folder, 'askpass');
    return { GIT_ASKPASS: program, SSH_ASKPASS: program, SSH_ASKPASS_REQUIRE: 'force', GIT_TERMINAL_PROMPT: '0' };
  }

  async #serve(): Promise<void> {
    const bell = new Bell();
    using _watch = watchFolder(this.#folder, () => bell.ring());
    const taken = new Set<string>();
    while (!this.#ended.signal.aborted) {
      for (const file of await readdir(this.#folder)) {
        const name = /^(\d+)\.question$/.exec(file)?.[1];
        if (name === undefined || taken.has(name)) continue;
        taken.add(name);
        // Not waited for: the program that asks may give up before a person answers.
        void this.#answer(name).finally(() => taken.delete(name));
      }
      await bell.next(LOOK_AGAIN_MS, this.#ended.signal);
    }
  }

  async #answer(name: string): Promise<void> {
    const file = join(this.#folder, `${name}.question`);
    const [hint = '', ...lines] = (await readFile(file, 'utf8')).split('\n');
    await rm(file, { force: true });
    const question = { hint, text: lines.join('\n') };
    const prompt = promptOf(question);
    if (prompt === null) {
      // The program waits until ssh ends it.
      this.#context.emit({ type: 'note', text: question.text });
      return;
    }
    await this.#reply(name, await this.#ask(prompt));
  }

  /** null: no answer is to be given. */
  async #ask(prompt: Omit<Prompt, 'id'>): Promise<string | null> {
    const again = this.#asked.has(prompt.text) ? 'The last answer was not right. ' : '';
    this.#asked.add(prompt.text);
    try {
      const answer = await this.#context.ask({ ...prompt, text: `${again}${prompt.text}` });
      return answer.split('\n')[0] ?? '';
    } catch {
      return null;
    }
  }

  async #reply(name: string, answer: string | null): Promise<void> {
    try {
      // Without a reader the program is gone, and nobody waits.
      await using pipe = await open(join(this.#folder, `${name}.answer`), constants.O_WRONLY | constants.O_NONBLOCK);
      await pipe.writeFile(answer === null ? '-\n' : `+${answer}\n`);
    } catch {
      // as above
    }
  }

  async [Symbol.asyncDispose](): Promise<void> {
    this.#ended.abort();
    await this.#done;
    await rm(this.#folder, { recursive: true, force: true });
  }
}
