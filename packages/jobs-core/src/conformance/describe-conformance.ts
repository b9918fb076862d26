import { conformanceCases } from './conformance-cases.ts'
import type { ConformanceCase } from './conformance-case.ts'
import { type CaseResult, type ConformanceReport, toReport } from './conformance-report.ts'
import type { ConformanceTarget } from './conformance-target.ts'
import { type OpenSuite, openSuite } from './open-suite.ts'
import { runCase } from './run-case.ts'

/** What the suite uses of a test's own context: vitest's `skip`. */
export interface TestContext {
  skip?(reason?: string): void
}

/** The functions of vitest, or of another runner that has them. */
export interface TestRunner {
  describe(name: string, body: () => void): unknown
  it(name: string, test: (context: TestContext) => Promise<void>, timeoutMs: number): unknown
  beforeAll(prepare: () => Promise<void>, timeoutMs: number): unknown
  afterAll(cleanUp: () => Promise<void>, timeoutMs: number): unknown
}

/** How the suite is described. */
export interface DescribeOptions {
  /** Default: all. */
  readonly cases?: readonly ConformanceCase[] | undefined
  /** How long one case may take, by the machine's clock. Default 300,000. */
  readonly caseLimitMs?: number | undefined
  /** Told once, when all tests have ended. */
  onReport?(report: ConformanceReport): void
}

/** Makes each case a test. One that is not supported is skipped with the reason, and counted so in the report. */
export function describeConformance(
  target: ConformanceTarget,
  { describe, it, beforeAll, afterAll }: TestRunner,
  { cases = conformanceCases, caseLimitMs = 300_000, onReport }: DescribeOptions = {},
): void {
  describe(`${target.name} conforms`, () => {
    let suite: OpenSuite
    const results: CaseResult[] = []
    const running = new Map<ConformanceCase, Promise<CaseResult>>()
    const start = (one: ConformanceCase): Promise<CaseResult> => {
      const run = running.get(one) ?? runCase(suite, one, caseLimitMs)
      running.set(one, run)
      return run
    }

    beforeAll(async () => {
      suite = await openSuite(target)
      // Side by side, the first test that is asked for starts them all; each then waits for its own.
      if (target.concurrent) for (const one of cases) if (one.waitsForTicks) void start(one)
    }, caseLimitMs)

    for (const one of cases) {
      const { number, name } = one.rule
      it(
        `${number === 0 ? name : `Rule ${number}, ${name}`}: ${one.title} (${one.id})`,
        async (context) => {
          const result = await start(one)
          results.push(result)
          if (result.outcome === 'failed') throw result.error
          if (result.outcome === 'not supported') context.skip?.(`not supported: ${result.reason}`)
        },
        // The suite's own limit tells which case it was.
        caseLimitMs + 5000,
      )
    }

    afterAll(async () => {
      await suite.close()
      onReport?.(toReport(target.name, suite.capabilities, results))
    }, caseLimitMs)
  })
}
