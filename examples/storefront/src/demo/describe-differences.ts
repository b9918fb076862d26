import { type Figures, figureNames } from './figures.ts'

/** Describes each figure that differs from the expected one. Ignores figures without an expectation. */
export function describeDifferences(
  what: string,
  found: Readonly<Figures>,
  expected: Readonly<Partial<Figures>>,
): string[] {
  return figureNames
    .filter((name) => expected[name] !== undefined && found[name] !== expected[name])
    .map((name) => `${what}: ${name} ${found[name]}, expected ${expected[name]}`)
}
