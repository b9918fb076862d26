import { conformanceCases } from './conformance-cases.ts'
import type { ConformanceCase } from './conformance-case.ts'
import { type CaseResult, type ConformanceReport, toReport } from './conformance-report.ts'
import type { ConformanceTarget } from './conformance-target.ts'
import { openSuite } from './open-suite.ts'
import { runCases } from './run-cases.ts'

/** How the suite is run. */
export interface ConformanceRunOptions {
  /** Default: all. */
  readonly cases?: readonly ConformanceCase[] | undefined
  /** How many cases run at once where the target is concurrent, those that wait for minutes to tick not counted. Default 8. */
  readonly concurrency?: number | undefined
  /** How long one case may take, by the machine's clock. Default 300,000. */
  readonly caseLimitMs?: number | undefined
  /** Told of each case as it ends. */
  onResult?(result: CaseResult): void
}

/** Runs the suite on a target, without any test framework. */
export async function runConformance(
  target: ConformanceTarget,
  { cases = conformanceCases, concurrency = 8, caseLimitMs = 300_000, onResult }: ConformanceRunOptions = {},
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
