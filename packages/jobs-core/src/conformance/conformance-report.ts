import type { Capabilities } from '../provider/capabilities.ts'
import type { Rule } from './conformance-case.ts'

/** What became of one case. */
export type CaseOutcome =
  | { readonly outcome: 'passed' }
  | { readonly outcome: 'failed'; readonly error: unknown }
  /** The engine's capabilities rule it out, or the target lacks what the case wants. */
  | { readonly outcome: 'not supported'; readonly reason: string }

/** One case of a report. */
export type CaseResult = CaseOutcome & {
  readonly id: string
  readonly rule: Rule
  readonly title: string
  /** By the machine's clock. */
  readonly durationMs: number
}

/** What a run of the suite found. */
export interface ConformanceReport {
  readonly target: string
  readonly capabilities: Capabilities
  /** In the order of the cases. */
  readonly results: readonly CaseResult[]
  readonly passed: number
  readonly failed: number
  readonly notSupported: number
}

/** A report of these results. */
export function toReport(
  target: string,
  capabilities: Capabilities,
  results: readonly CaseResult[],
): ConformanceReport {
  const count = (outcome: CaseOutcome['outcome']): number =>
    results.filter((result) => result.outcome === outcome).length
  return {
    target,
    capabilities,
    results,
    passed: count('passed'),
    failed: count('failed'),
    notSupported: count('not supported'),
  }
}
