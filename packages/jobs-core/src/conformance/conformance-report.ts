import type { Capabilities } from '../provider/capabilities.ts'
import type { ConformanceCase, Rule } from './conformance-case.ts'
import type { OpenSuite } from './open-suite.ts'

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
  /** The target's name. */
  readonly target: string
  /** Those of the engine. */
  readonly capabilities: Capabilities
  /** In the order of the cases. */
  readonly results: readonly CaseResult[]
  /** How many cases passed. */
  readonly passed: number
  /** How many cases failed. */
  readonly failed: number
  /** How many could not be tried, by the engine's declaration or for want of equipment. */
  readonly notSupported: number
}

/** A report of these results; cases that have none were not run. */
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
