import assert from 'node:assert/strict'

import { isEnded } from '@cgk-platform/jobs-core'
import { JobsError } from '@cgk-platform/jobs-core/errors'

import type { CaseTools } from './case-tools.ts'
import type { ConformanceCase } from './conformance-case.ts'
import type { OpenSuite } from './open-suite.ts'
import { record } from './journal.ts'
import { untyped } from './untyped-client.ts'

/** Maximum time between two reads of what a case waits for, which may be a state that passes. */
const mostStepMs = 250

let counter = 0

/** Creates the tools of one case. */
export function createCaseTools(suite: OpenSuite, { id }: Pick<ConformanceCase, 'id'>): CaseTools {
  const { client, capabilities, engine, target, definitions, journal, now, advance } = suite
  const caseId = `${id}-${suite.suiteId}-${(counter++).toString(36)}`
  const waitLimitMs = target.waitLimitMs ?? 30_000
  const busyMs = target.busyMs ?? (engine.clock ? 0 : 3000)
  // The time of an engine can pass faster than that of a busy machine.
  const leastWaitMs = target.concurrent === true ? 120_000 : 0
  // A timer and the wall clock can differ by a rounding error.
  const clockSlackMs = engine.clock ? 0 : 2

  // Of hundreds of cases that run at the same time, each would take time from the jobs that it waits for.
  const mostUntilEndMs = engine.clock ? mostStepMs : 3000

  const poll = async <T>(what: string, read: () => T | Promise<T>, limitMs: number, mostMs: number) => {
    const startedAt = now()
    const begunAt = performance.now()
    const isOver = (): boolean => now() - startedAt > limitMs && performance.now() - begunAt > leastWaitMs
    for (let stepMs = 5; ; stepMs = Math.min(Math.ceil(stepMs * 1.5), mostMs)) {
      const result = await read()
      if (result !== undefined && result !== false) return result as Exclude<T, undefined | false>
      if (isOver()) assert.fail(`Timed out after ${limitMs} ms waiting until ${what}.`)
      await advance(stepMs)
    }
  }

  const waitUntil: CaseTools['waitUntil'] = (what, read, limitMs = waitLimitMs) => poll(what, read, limitMs, mostStepMs)

  const statusWhen = async (jobId: string, what: string, fits: (state: string) => boolean, mostMs = mostStepMs) => {
    let last = ''
    const read = async () => {
      const status = await client.getJobStatus(jobId)
      last = status.state
      return fits(status.state) && status
    }
    try {
      return await poll(what, read, waitLimitMs, mostMs)
    } catch (error) {
      if (error instanceof assert.AssertionError) error.message += ` The job is \`${last}\`.`
      throw error
    }
  }

  const tools: CaseTools = {
    client,
    capabilities,
    engine,
    target,
    tenantId: `t-${caseId}`,
    otherTenantId: `o-${caseId}`,
    unique: (name) => `${name}-${caseId}-${(counter++).toString(36)}`,
    definition(definitionId) {
      const found = definitions.find((definition) => definition.id === definitionId)
      return found ?? assert.fail(`The suite has no definition \`${definitionId}\` for this engine.`)
    },
    now,
    advance,
    send(event, script, { tenantId = tools.tenantId, payload, options, client: sender = client } = {}) {
      return untyped(sender).sendJob(event, { tenantId, ...(script && { script }), ...payload }, options)
    },
    release(jobId) {
      const { tenantId } = tools
      record({ kind: 'released', definition: '', jobId, runId: '', attempt: 0, maxAttempts: 0, tenantId, details: {} })
    },
    waitForEnd: (jobId) =>
      statusWhen(jobId, `the job ${jobId} has ended`, (state) => isEnded(state as never), mostUntilEndMs),
    waitForState: (jobId, state) => statusWhen(jobId, `the job ${jobId} is \`${state}\``, (read) => read === state),
    waitUntil,
    async waitForSettled(promise) {
      let open = true
      const close = (): void => void (open = false)
      promise.then(close, close)
      await waitUntil('a promise is settled', async () => {
        // Lets promises settle that need no time, before time advances.
        await new Promise((resolve) => setImmediate(resolve))
        return !open
      })
      return promise
    },
    journal: (filter) => journal.read(filter),
    waitForEntry: (filter) =>
      waitUntil(`the journal has an entry ${JSON.stringify(filter)}`, () => tools.journal(filter)[0]),
    async expectError(code, attempt) {
      let result: unknown
      try {
        result = await attempt()
      } catch (error) {
        assert.ok(JobsError.isInstance(error), `Expected the error \`${code}\`, got ${String(error)}`)
        assert.equal(error.code, code, error.message)
        return error
      }
      return assert.fail(`Expected the error \`${code}\`, got the result ${JSON.stringify(result)}.`)
    },
    expectDelay(actualMs, { description, computedMs, toleranceMs }) {
      const latestMs = computedMs + toleranceMs + Math.max(busyMs, target.waitLimitMs ?? 0)
      assert.ok(
        actualMs >= computedMs - clockSlackMs,
        `${description}: after ${actualMs} ms, earlier than the computed ${computedMs} ms.`,
      )
      assert.ok(actualMs <= latestMs, `${description}: after ${actualMs} ms, later than ${latestMs} ms.`)
    },
    retryDelay: (computedMs) => Math.max(computedMs, capabilities.minRetryDelayMs),
    longerThan: (durationMs) => durationMs + busyMs,
  }
  return tools
}
