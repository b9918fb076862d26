import { conformanceCases } from './conformance-cases.ts'
import type { ConformanceCase } from './conformance-case.ts'
import { type CaseResult, type ConformanceReport, toReport } from './conformance-report.ts'
import type { ConformanceTarget } from './conformance-target.ts'
import { type OpenSuite, openSuite } from './open-suite.ts'
import { runCase } from './run-case.ts'
import { runCases } from './run-cases.ts'

/** The part of a test context that the suite uses, such as vitest's. */
export interface TestContext {
  /** Marks the test as skipped. */
  skip?(reason?: string): void
  /** The test. Its suite tells which tests run, so that the cases of skipped ones do not start. */
  readonly task?: {
    readonly suite?: { readonly tasks: readonly { readonly name: string; readonly mode: string }[] } | undefined
  }
}

/** The functions of vitest, or of a compatible test runner. */
export interface TestRunner {
  /** Groups tests. */
  describe(name: string, body: () => void): unknown
  /** Defines a test. */
  it(name: string, test: (context: TestContext) => Promise<void>, timeoutMs: number): unknown
  /** Called once, before all tests. */
  beforeAll(prepare: () => Promise<void>, timeoutMs: number): unknown
  /** Called once, after all tests. */
  afterAll(cleanUp: () => Promise<void>, timeoutMs: number): unknown
}

/** Options of `describeConformance`. */
export interface DescribeOptions {
  /** The cases to run. Default: all. */
  readonly cases?: readonly ConformanceCase[] | undefined
  /** Number of parallel cases on a concurrent target. Default 8. */
  readonly concurrency?: number | undefined
  /** Time limit of one case in milliseconds, by the system clock. Default 420,000. */
  readonly caseLimitMs?: number | undefined
  /** Called once, after all tests have ended. */
  onReport?(report: ConformanceReport): void
}

/**
 * Defines one test per case. An unsupported case is skipped with the reason and reported as not supported. On a
 * concurrent target, the cases of all chosen tests start with the first test, and each test awaits its own case.
 */
export function describeConformance(
  target: ConformanceTarget,
  { describe, it, beforeAll, afterAll }: TestRunner,
  { cases = conformanceCases, concurrency = 8, caseLimitMs = 420_000, onReport }: DescribeOptions = {},
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
    const resultOf = async (one: ConformanceCase, context: TestContext): Promise<CaseResult> => {
      if (target.concurrent) {
        running ??= runCases(suite, chosenOf(cases, context), { concurrency, caseLimitMs, onResult })
      }
      const known = results.find(({ id }) => id === one.id)
      if (known) return known
      if (running) return new Promise((resolve) => waiting.set(one.id, resolve))
      const result = await runCase(suite, one, caseLimitMs)
      results.push(result)
      return result
    }

    beforeAll(async () => {
      suite = await openSuite(target)
    }, caseLimitMs)

    for (const one of cases) {
      it(
        nameOf(one),
        async (context) => {
          const result = await resultOf(one, context)
          if (result.outcome === 'failed') throw result.error
          if (result.outcome === 'not supported') context.skip?.(`not supported: ${result.reason}`)
        },
        // Longer than the limit of the case, whose error says more. The test may also have to wait for its case to start.
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

function nameOf({ id, rule: { number, name }, title }: ConformanceCase): string {
  return `${number === 0 ? name : `Rule ${number}, ${name}`}: ${title} (${id})`
}

/** Returns the cases whose tests run, such as those that match `-t`. Without such knowledge, returns all. */
function chosenOf(cases: readonly ConformanceCase[], { task }: TestContext): readonly ConformanceCase[] {
  if (!task?.suite) return cases
  const names = new Set(task.suite.tasks.filter(({ mode }) => mode !== 'skip').map(({ name }) => name))
  return cases.filter((one) => names.has(nameOf(one)))
}
