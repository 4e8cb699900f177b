/** One option of a disko type. */
export interface OptionSchema {
  readonly type: string;
  readonly description: string;
  /** Allowed words of an enum. */
  readonly values?: readonly string[];
  /** A regular expression that the whole value must match. */
  readonly pattern?: string;
  readonly anyOf?: readonly { readonly type: string; readonly values?: readonly string[]; readonly pattern?: string }[];
  readonly of?: { readonly type: string; readonly pattern?: string; readonly contentTypes?: readonly string[] };
  /** The type of the entries of a set or list, or of a submodule. */
  readonly item?: string | readonly string[];
  readonly contentTypes?: readonly string[];
  readonly nullable?: boolean;
  readonly required?: boolean;
  readonly default?: unknown;
  /** How disko computes the default where it is not a constant. */
  readonly computed?: string;
  readonly refersTo?: string;
  readonly advanced?: boolean;
}

/** A disko type with its options. */
export interface TypeSchema {
  /** `toplevel`: a group of `disko.devices`; `content`: what a device slot may hold; `sub`: part of another type. */
  readonly kind: string;
  readonly description: string;
  readonly hasHooks: boolean;
  readonly options: Readonly<Record<string, OptionSchema>>;
}
