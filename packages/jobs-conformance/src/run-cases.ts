import type { ConformanceCase } from './conformance-case.ts'
import { shortenCronRuns } from './conformance-cron-jobs.ts'
import type { CaseResult } from './conformance-report.ts'
import type { OpenSuite } from './open-suite.ts'
import { runCase } from './run-case.ts'

/** Options of `runCases`. */
export interface RunCasesOptions {
  readonly concurrency: number
  readonly caseLimitMs: number
  /** Called for each case when it ends. */
  onResult(result: CaseResult): void
}

/**
 * Runs cases one at a time or, on a concurrent target, in parallel. Cases that wait for cron ticks then all start
 * immediately, so that they share the ticks. Cases that pause a definition share it, one at a time.
 */
export async function runCases(
  suite: OpenSuite,
  cases: readonly ConformanceCase[],
  { concurrency, caseLimitMs, onResult }: RunCasesOptions,
): Promise<void> {
  const run = async (one: ConformanceCase): Promise<void> => onResult(await runCase(suite, one, caseLimitMs))
  const parallel = suite.target.concurrent ? cases.filter((one) => !one.runsAlone) : []
  const pausing = parallel.filter((one) => one.pausesDefinition)
  const others = parallel.filter((one) => !one.waitsForTicks && !one.pausesDefinition)
  await Promise.all([
    ...parallel.filter((one) => one.waitsForTicks).map(run),
    forEachWithConcurrency(pausing, 1, run),
    forEachWithConcurrency(others, concurrency, run),
  ])
  // Cases that run alone kill the engine. A run that is killed each time would delay them: an engine can take it for the
  // cause, and run nothing beside it.
  if (suite.target.concurrent) shortenCronRuns()
  await forEachWithConcurrency(
    cases.filter((one) => !parallel.includes(one)),
    1,
    run,
  )
}

/** Processes a list, with at most `concurrency` items at a time. */
async function forEachWithConcurrency<T>(
  items: readonly T[],
  concurrency: number,
  work: (item: T) => Promise<void>,
): Promise<void> {
  const left = [...items]
  const workers = Array.from({ length: concurrency }, async () => {
    for (let item = left.shift(); item !== undefined; item = left.shift()) await work(item)
  })
  await Promise.all(workers)
}
