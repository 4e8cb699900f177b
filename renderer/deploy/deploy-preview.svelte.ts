import type { DeployPreview, DeployRequest } from '../../shared/contract/deploy.ts';
import type { Problem } from '../../shared/contract/problem.ts';
import { asProblem } from '../app/as-problem.ts';
import type { Client } from '../app/client.ts';

/** What a deploy would run, asked anew with each change of the question; an answer to an older question is dropped. */
export class PreviewManager {
  readonly #client: Client;
  #preview = $state.raw<DeployPreview | null>(null);
  #problem = $state.raw<Problem | null>(null);
  #question = 0;

  constructor(client: Client) {
    this.#client = client;
  }

  /** Null while the answer is under way. */
  get preview(): DeployPreview | null {
    return this.#preview;
  }
  get problem(): Problem | null {
    return this.#problem;
  }

  async ask(request: DeployRequest): Promise<void> {
    const question = ++this.#question;
    this.#preview = null;
    this.#problem = null;
    try {
      const preview = await this.#client.deploy.preview(request);
      if (question === this.#question) this.#preview = preview;
    } catch (error) {
      if (question === this.#question) this.#problem = asProblem(error);
    }
  }
}
