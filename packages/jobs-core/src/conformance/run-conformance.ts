import { conformanceCases } from './conformance-cases.ts'
import type { ConformanceCase } from './conformance-case.ts'
import { type CaseResult, type ConformanceReport, toReport } from './conformance-report.ts'
import type { ConformanceTarget } from './conformance-target.ts'
import { openSuite } from './open-suite.ts'
import { runCase } from './run-case.ts'

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
    const results = new Map<string, CaseResult>()
    const run = async (one: ConformanceCase): Promise<void> => {
      const result = await runCase(suite, one, caseLimitMs)
      results.set(one.id, result)
      onResult?.(result)
    }
    const together = target.concurrent ? cases.filter((one) => !one.alone) : []
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
    return toReport(
      target.name,
      suite.capabilities,
      cases.map(({ id }) => results.get(id)!),
    )
  } finally {
    await suite.close()
  }
}

/** Works through a list, so many at a time. */
async function inTurns<T>(items: readonly T[], width: number, work: (item: T) => Promise<void>): Promise<void> {
  const left = [...items]
  const workers = Array.from({ length: width }, async () => {
    for (let item = left.shift(); item !== undefined; item = left.shift()) await work(item)
  })
  await Promise.all(workers)
}
