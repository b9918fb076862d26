import type { Capabilities } from '@cgk-platform/jobs-core'

import type { ConformanceCase, Rule } from './conformance-case.ts'
import type { OpenSuite } from './open-suite.ts'

/** The outcome of one case. */
export type CaseOutcome =
  | { readonly outcome: 'passed' }
  | { readonly outcome: 'failed'; readonly error: unknown }
  /** The engine lacks a feature that the case requires, or the target lacks equipment. */
  | { readonly outcome: 'not supported'; readonly reason: string }

/** The result of one case in a report. */
export type CaseResult = CaseOutcome & {
  readonly id: string
  readonly rule: Rule
  readonly title: string
  /** The duration by the system clock, in milliseconds. */
  readonly durationMs: number
}

/** The report of a run of the suite. */
export interface ConformanceReport {
  /** The target's name. */
  readonly target: string
  /** The engine's capabilities. */
  readonly capabilities: Capabilities
  /** The results, in the order of the cases. */
  readonly results: readonly CaseResult[]
  /** Number of passed cases. */
  readonly passed: number
  /** Number of failed cases. */
  readonly failed: number
  /** Number of cases that the engine or the target does not support. */
  readonly notSupported: number
}

/** Returns the report of these results. Cases without a result were not run. */
export function toReport(
  { target, capabilities }: Pick<OpenSuite, 'target' | 'capabilities'>,
  cases: readonly ConformanceCase[],
  found: readonly CaseResult[],
): ConformanceReport {
  const results = cases.flatMap(({ id }) => found.find((result) => result.id === id) ?? [])
  const count = (outcome: CaseOutcome['outcome']): number =>
    results.filter((result) => result.outcome === outcome).length
  return {
    target: target.name,
    capabilities,
    results,
    passed: count('passed'),
    failed: count('failed'),
    notSupported: count('not supported'),
  }
}
