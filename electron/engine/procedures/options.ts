import type { OptionNames } from '../fleet/options/option-names.ts';
import { procedures, stream } from './base.ts';

/** `options.*`: the names of NixOS options, for those who write them. */
export function optionsProcedures(names: OptionNames) {
  const { options } = procedures;
  return {
    watch: options.watch.handler(({ input, signal }) => stream(names.watch(input, signal), signal)),
    complete: options.complete.handler(({ input }) => names.complete(input.fleetId, input.path, input.prefix)),
    describe: options.describe.handler(({ input }) => names.describe(input.fleetId, input.path)),
  };
}
