import type { ConformanceCase } from './conformance-case.ts'
import type { CaseResult } from './conformance-report.ts'
import type { OpenSuite } from './open-suite.ts'
import { runCase } from './run-case.ts'

/** How a list of cases is worked through. */
export interface RunCasesOptions {
  readonly concurrency: number
  readonly caseLimitMs: number
  /** Told of each case as it ends. */
  onResult(result: CaseResult): void
}

/**
 * Runs cases: one after the other, or, where the target is concurrent, so many side by side. Those that wait for
 * minutes to tick begin at once then, so that they share the ticks.
 */
export async function runCases(
  suite: OpenSuite,
  cases: readonly ConformanceCase[],
  { concurrency, caseLimitMs, onResult }: RunCasesOptions,
): Promise<void> {
  const run = async (one: ConformanceCase): Promise<void> => onResult(await runCase(suite, one, caseLimitMs))
  const together = suite.target.concurrent ? cases.filter((one) => !one.alone) : []
  await Promise.all([
    ...together.filter((one) => one.waitsForTicks).map(run),
    inTurns(
      together.filter((one) => !one.waitsForTicks),
      concurrency,
      run,
    ),
  ])
  await inTurns(
    cases.filter((one) => !together.includes(one)),
    1,
    run,
  )
}

/** Works through a list, so many at a time. */
async function inTurns<T>(items: readonly T[], width: number, work: (item: T) => Promise<void>): Promise<void> {
  const left = [...items]
  const workers = Array.from({ length: width }, async () => {
    for (let item = left.shift(); item !== undefined; item = left.shift()) await work(item)
  })
  await Promise.all(workers)
}
