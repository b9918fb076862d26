import type { Feature } from '@cgk-platform/jobs-core/provider'

import type { ConformanceCase, Rule } from './conformance-case.ts'

/** Adds a rule to its cases, and the features that all of them require. */
export function casesOf(
  rule: Rule,
  cases: readonly Omit<ConformanceCase, 'rule'>[],
  features: readonly Feature[] = [],
): readonly ConformanceCase[] {
  return cases.map((one) => ({ rule, ...one, requiredFeatures: [...features, ...(one.requiredFeatures ?? [])] }))
}
