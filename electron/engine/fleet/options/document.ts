import { z } from 'zod';

/** An option as nixpkgs' own manual tells of it, in short. */
export const documentedOption = z.object({
  /** `<name>` and `*` stand for any name of an attribute set and any item of a list. */
  loc: z.array(z.string()).min(1),
  type: z.string(),
  description: z.string().nullable(),
  default: z.string().nullable(),
  example: z.string().nullable(),
  declarations: z.array(z.string()),
  readOnly: z.boolean(),
});
export type DocumentedOption = z.infer<typeof documentedOption>;

/** All options of one host. `release`: nixpkgs' own name for what they are of; null: it has none. */
export const optionDocument = z.object({ release: z.string().nullable(), options: z.array(documentedOption) });
export type OptionDocument = z.infer<typeof optionDocument>;
