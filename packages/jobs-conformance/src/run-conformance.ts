import { conformanceCases } from './conformance-cases.ts'
import type { ConformanceCase } from './conformance-case.ts'
import { type CaseResult, type ConformanceReport, toReport } from './conformance-report.ts'
import type { ConformanceTarget } from './conformance-target.ts'
import { openSuite } from './open-suite.ts'
import { runCases } from './run-cases.ts'

/** Options of `runConformance`. */
export interface ConformanceRunOptions {
  /** The cases to run. Default: all. */
  readonly cases?: readonly ConformanceCase[] | undefined
  /** Number of parallel cases on a concurrent target, without those that wait for cron ticks. Default 8. */
  readonly concurrency?: number | undefined
  /** Time limit of one case in milliseconds, by the system clock. Default 420,000. */
  readonly caseLimitMs?: number | undefined
  /** Called for each case when it ends. */
  onResult?(result: CaseResult): void
}

/** Runs the suite on a target without a test framework. */
export async function runConformance(
  target: ConformanceTarget,
  { cases = conformanceCases, concurrency = 8, caseLimitMs = 420_000, onResult }: ConformanceRunOptions = {},
): Promise<ConformanceReport> {
  const suite = await openSuite(target)
  try {
    const results: CaseResult[] = []
    await runCases(suite, cases, {
      concurrency,
      caseLimitMs,
      onResult(result) {
        results.push(result)
        onResult?.(result)
      },
    })
    return toReport(suite, cases, results)
  } finally {
    await suite.close()
  }
}
