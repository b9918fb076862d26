import { conformanceCases } from './conformance-cases.ts'
import type { ConformanceCase } from './conformance-case.ts'
import { type CaseResult, type ConformanceReport, toReport } from './conformance-report.ts'
import type { ConformanceTarget } from './conformance-target.ts'
import { type OpenSuite, openSuite } from './open-suite.ts'
import { runCase } from './run-case.ts'
import { runCases } from './run-cases.ts'

/** What the suite uses of a test's own context: vitest's `skip`. */
export interface TestContext {
  /** Marks the test as skipped. */
  skip?(reason?: string): void
}

/** The functions of vitest, or of another runner that has them. */
export interface TestRunner {
  /** Groups tests. */
  describe(name: string, body: () => void): unknown
  /** Makes a test. */
  it(name: string, test: (context: TestContext) => Promise<void>, timeoutMs: number): unknown
  /** Called once, before all tests. */
  beforeAll(prepare: () => Promise<void>, timeoutMs: number): unknown
  /** Called once, after all tests. */
  afterAll(cleanUp: () => Promise<void>, timeoutMs: number): unknown
}

/** How the suite is described. */
export interface DescribeOptions {
  /** Default: all. */
  readonly cases?: readonly ConformanceCase[] | undefined
  /** How many cases run at once where the target is concurrent. Default 8. */
  readonly concurrency?: number | undefined
  /** How long one case may take, by the machine's clock. Default 300,000. */
  readonly caseLimitMs?: number | undefined
  /** Told once, when all tests have ended. */
  onReport?(report: ConformanceReport): void
}

/**
 * Makes each case a test. One that is not supported is skipped with the reason, and counted so in the report. On a
 * concurrent target all cases begin before the first test, and each test waits for its own.
 */
export function describeConformance(
  target: ConformanceTarget,
  { describe, it, beforeAll, afterAll }: TestRunner,
  { cases = conformanceCases, concurrency = 8, caseLimitMs = 300_000, onReport }: DescribeOptions = {},
): void {
  describe(`${target.name} conforms`, () => {
    const results: CaseResult[] = []
    const waiting = new Map<string, (result: CaseResult) => void>()
    let suite: OpenSuite
    let running: Promise<void> | undefined

    const onResult = (result: CaseResult): void => {
      results.push(result)
      waiting.get(result.id)?.(result)
    }
    const resultOf = async (one: ConformanceCase): Promise<CaseResult> => {
      const known = results.find(({ id }) => id === one.id)
      if (known) return known
      if (running) return new Promise((resolve) => waiting.set(one.id, resolve))
      const result = await runCase(suite, one, caseLimitMs)
      results.push(result)
      return result
    }

    beforeAll(async () => {
      suite = await openSuite(target)
      if (target.concurrent) running = runCases(suite, cases, { concurrency, caseLimitMs, onResult })
    }, caseLimitMs)

    for (const one of cases) {
      const { number, name } = one.rule
      it(
        `${number === 0 ? name : `Rule ${number}, ${name}`}: ${one.title} (${one.id})`,
        async (context) => {
          const result = await resultOf(one)
          if (result.outcome === 'failed') throw result.error
          if (result.outcome === 'not supported') context.skip?.(`not supported: ${result.reason}`)
        },
        // Longer than the case's own limit, whose error tells more; and it may wait for its turn.
        caseLimitMs * 2,
      )
    }

    afterAll(async () => {
      await running
      await suite.close()
      onReport?.(toReport(suite, cases, results))
    }, caseLimitMs * 2)
  })
}
