import { type Figures, figureNames } from './figures.ts'

/** Says, a line each, which figures are not as expected. What is not expected to be anything is not looked at. */
export function differences(what: string, found: Readonly<Figures>, expected: Readonly<Partial<Figures>>): string[] {
  return figureNames
    .filter((name) => expected[name] !== undefined && found[name] !== expected[name])
    .map((name) => `${what}: ${name} ${found[name]}, expected ${expected[name]}`)
}
