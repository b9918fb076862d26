import type { ConformanceCase, Rule } from './conformance-case.ts'

/** Cases of one rule. */
export function casesOf(rule: Rule, cases: readonly Omit<ConformanceCase, 'rule'>[]): readonly ConformanceCase[] {
  return cases.map((one) => ({ rule, ...one }))
}
