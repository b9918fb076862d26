import type { ConformanceCase, Rule } from './conformance-case.ts'

/** Adds a rule to its cases. */
export function casesOf(rule: Rule, cases: readonly Omit<ConformanceCase, 'rule'>[]): readonly ConformanceCase[] {
  return cases.map((one) => ({ rule, ...one }))
}
