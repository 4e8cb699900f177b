import type { Finding } from '../../../../../shared/contract/finding.ts';
import type { Inspection } from '../inspection.ts';

/** Files that are not Nix. One that nothing imports does no harm yet; where nix reads it, evaluation fails too. */
export function* syntaxErrors(inspection: Inspection): Generator<Finding> {
  for (const file of inspection.files) {
    const [problem] = file.tree.problems;
    if (!problem) continue;
    yield {
      code: 'nix-syntax-error',
      severity: 'warning',
      ...file.placeOf(problem.start),
      message: `This is not Nix: ${problem.message}`,
    };
  }
}
