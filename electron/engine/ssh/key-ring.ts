import ssh2, {
  type BaseAgent,
  type IdentityCallback,
  type ParsedKey,
  type SignCallback,
  type SigningRequestOptions,
} from 'ssh2';
import { readKeyFile, type KeyFile } from './key-file.ts';
import type { ResolvedTarget } from './resolve.ts';

type PublicKey = ParsedKey | Buffer | string;

/**
 * All keys that may open a target, in OpenSSH's order (ssh_config(5), IdentitiesOnly): those of the agent that the
 * configuration names, the agent's others, then the files. Speaks to ssh2 as an agent, so that a server is first asked
 * whether it would take a key before somebody is asked for the passphrase of it.
 */
export class KeyRing extends ssh2.BaseAgent<PublicKey> {
  readonly #agent: BaseAgent | null;
  readonly #fromAgent: ReadonlySet<string>;
  readonly #files: readonly KeyFile[];
  readonly #publicKeys: readonly Buffer[];
  /** A key file that the server would take and whose passphrase is missing. */
  lockedKey: KeyFile | null = null;

  private constructor(agent: BaseAgent | null, fromAgent: readonly Buffer[], files: readonly KeyFile[]) {
    super();
    const ids = new Set(fromAgent.map(keyId));
    this.#agent = agent;
    this.#fromAgent = ids;
    this.#files = files;
    this.#publicKeys = [...fromAgent, ...files.map((file) => file.publicKey).filter((key) => !ids.has(keyId(key)))];
  }

  /** Gathers the keys of a resolved target. `passphrase` is tried on every encrypted file. */
  static async gather(resolved: ResolvedTarget, passphrase?: string): Promise<KeyRing> {
    const agent = resolved.agent === null ? null : ssh2.createAgent(resolved.agent);
    const [held, read] = await Promise.all([
      identitiesOf(agent),
      Promise.all(resolved.identityFiles.map((path) => readKeyFile(path, passphrase))),
    ]);
    const files = read.filter((file) => file !== null);
    const named = new Set(files.map((file) => keyId(file.publicKey)));
    const isNamed = (key: Buffer): boolean => named.has(keyId(key));
    const others = resolved.identitiesOnly ? [] : held.filter((key) => !isNamed(key));
    return new KeyRing(agent, [...held.filter(isNamed), ...others], files);
  }

  get size(): number {
    return this.#publicKeys.length;
  }

  override getIdentities(callback: IdentityCallback<PublicKey>): void {
    callback(null, [...this.#publicKeys]);
  }

  override sign(publicKey: PublicKey, data: Buffer, options: SigningRequestOptions, callback?: SignCallback): void;
  override sign(publicKey: PublicKey, data: Buffer, callback: SignCallback): void;
  override sign(
    publicKey: PublicKey,
    data: Buffer,
    optionsOrCallback: SigningRequestOptions | SignCallback,
    lastCallback?: SignCallback,
  ): void {
    const [options, callback] =
      typeof optionsOrCallback === 'function' ? [{}, optionsOrCallback] : [optionsOrCallback, lastCallback];
    if (!callback) return;
    const bytes = publicBytes(publicKey);
    if (bytes === null) return callback(new Error('An unknown key was asked to sign'));
    if (this.#agent !== null && this.#fromAgent.has(keyId(bytes))) {
      return this.#agent.sign(publicKey, data, options, callback);
    }
    const file = this.#files.find((candidate) => candidate.publicKey.equals(bytes));
    if (!file?.key) {
      this.lockedKey ??= file ?? null;
      return callback(new Error(`The key ${file?.path ?? ''} is locked`));
    }
    const signature: Buffer | Error = file.key.sign(data, options.hash);
    return signature instanceof Error ? callback(signature) : callback(null, signature);
  }
}

function keyId(publicKey: Buffer): string {
  return publicKey.toString('base64');
}

function publicBytes(key: PublicKey): Buffer | null {
  if (Buffer.isBuffer(key)) return key;
  if (typeof key !== 'string') return key.getPublicSSH();
  const parsed = ssh2.utils.parseKey(key);
  return parsed instanceof Error || Array.isArray(parsed) ? null : parsed.getPublicSSH();
}

/** The agent's keys; none where it does not answer. */
function identitiesOf(agent: BaseAgent | null): Promise<Buffer[]> {
  if (agent === null) return Promise.resolve([]);
  return new Promise((resolve) => {
    agent.getIdentities((error, keys) => {
      if (error || !keys) return resolve([]);
      resolve(
        keys.flatMap((key) => {
          const entry = typeof key === 'object' && 'pubKey' in key ? key.pubKey : key;
          const inner = typeof entry === 'object' && 'pubKey' in entry ? entry.pubKey : entry;
          return publicBytes(inner) ?? [];
        }),
      );
    });
  });
}
