import { type AttemptInfo, defineJob, type JobContext } from '@cgk-platform/jobs-core'
import { AttemptsExhaustedError } from '@cgk-platform/jobs-core/errors'
import type { Outcome } from '@cgk-platform/jobs-core/provider'
import { describe, expect, test } from 'vitest'

import { openJobs, type OpenJobs } from '../kit/open-jobs.ts'

const payload = { tenantId: 'acme', number: 7 }

interface Dying extends OpenJobs {
  readonly attempts: number[]
  readonly failures: { error: Error; payload: unknown; context: JobContext }[]
  readonly ended: (AttemptInfo & { outcome: Outcome })[]
}

/** Opens an app whose process crashes in some attempts: its connection to the engine is cut. */
async function openDying(dies: (attempt: number) => boolean, handle: (attempt: number) => unknown): Promise<Dying> {
  const attempts: number[] = []
  const failures: Dying['failures'] = []
  const ended: Dying['ended'] = []
  const work = defineJob({
    id: 'work',
    event: 'work.asked',
    retry: { maxAttempts: 3, backoff: 'fixed', initialDelay: 2000 },
    async handler(_event, { attempt }) {
      attempts.push(attempt)
      return handle(attempt)
    },
    onFailure: (error, event, context) => void failures.push({ error, payload: event.payload, context }),
  })
  const opened = await openJobs({
    jobs: [work],
    hooks: { onRunEnd: (info) => void ended.push(info) },
    engine: { retryDelayMs: () => 3000 },
  })
  let calls = 0
  opened.engine.intercept(({ path }) => {
    if (!path.includes('fnId=jobs-work&') || !dies(++calls)) return undefined
    return { kind: 'reset', when: 'after' }
  }, 'out')
  return { ...opened, attempts, failures, ended }
}

describe('a process that crashes in an attempt', () => {
  test('gets a next attempt, which can complete the run', async () => {
    const { client, attempts, failures } = await openDying(
      (attempt) => attempt === 1,
      (attempt) => attempt,
    )
    const { id } = await client.sendJob('work.asked', payload)
    const status = await client.waitForJob(id)
    expect(status).toMatchObject({ state: 'completed', runs: [{ state: 'completed', attempts: 2, output: 2 }] })
    expect(attempts).toEqual([1, 2])
    expect(failures).toEqual([])
  })

  test('in every attempt fails the run and calls onFailure once, with the crash as its error', async () => {
    const { client, until, pause, failures, ended } = await openDying(
      () => true,
      () => 'nobody hears it',
    )
    const { id } = await client.sendJob('work.asked', payload)
    const status = await client.waitForJob(id)
    expect(status).toMatchObject({ state: 'failed', runs: [{ state: 'failed', attempts: 3, maxAttempts: 3 }] })
    expect(status.runs[0]!.error!.message).toContain('Unable to reach SDK URL')
    expect('output' in status.runs[0]!).toBe(false)

    await until(() => failures.length > 0)
    await pause(5000)
    expect(failures).toHaveLength(1)
    expect(AttemptsExhaustedError.isInstance(failures[0]!.error)).toBe(true)
    expect(failures[0]!.error).toMatchObject({ code: 'attempts_exhausted' })
    expect(failures[0]!.payload).toEqual(payload)
    expect(failures[0]!.context).toMatchObject({
      jobId: id,
      runId: status.runs[0]!.id,
      tenantId: 'acme',
      maxAttempts: 3,
    })
    expect(ended.filter(({ outcome }) => outcome.type === 'failed')).toHaveLength(1)
  })

  test('in the last attempt only does the same, although an earlier attempt reported an error', async () => {
    const { client, until, pause, failures } = await openDying(
      (attempt) => attempt === 3,
      (attempt) => {
        if (attempt < 3) throw new Error(`attempt ${attempt}`)
      },
    )
    const { id } = await client.sendJob('work.asked', payload)
    await expect(client.waitForJob(id)).resolves.toMatchObject({ state: 'failed', runs: [{ attempts: 3 }] })
    await until(() => failures.length > 0)
    await pause(5000)
    expect(failures.map(({ error }) => AttemptsExhaustedError.isInstance(error))).toEqual([true])
  })

  test('after a send with fewer attempts gets the registered number of attempts, in which the handler is not called', async () => {
    const { client, until, attempts, failures } = await openDying(
      (attempt) => attempt === 1,
      () => 'done',
    )
    const { id } = await client.sendJob('work.asked', payload, { maxAttempts: 1 })
    await until(() => failures.length > 0)
    const status = await client.waitForJob(id)
    expect(status).toMatchObject({ state: 'failed', runs: [{ error: { code: 'attempts_exhausted' } }] })
    expect(attempts).toEqual([1])
    expect(failures).toHaveLength(1)
  })
})
