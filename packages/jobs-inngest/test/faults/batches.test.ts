import { defineJob, type JobItem, type SendFailedError, type SendResult } from '@cgk-platform/jobs-core'
import { describe, expect, test } from 'vitest'

import { page } from '../kit/faults.ts'
import { openJobs, type OpenJobs } from '../kit/open-jobs.ts'
import { eventHistory } from '../kit/raw-api.ts'
import { kinds } from '../kit/requests.ts'
import { expectNoSecrets, secretWord } from '../kit/secrets.ts'

/** More than the engine of these tests takes. */
const big = secretWord.repeat(200)

async function openCounting(): Promise<OpenJobs & { readonly handled: string[] }> {
  const handled: string[] = []
  const handler = (_event: unknown, { jobId }: { jobId: string }): void => void handled.push(jobId)
  const jobs = [defineJob({ id: 'work', event: 'work.asked', handler })]
  return { handled, ...(await openJobs({ jobs, engine: { maxEventBytes: 2000 } })) }
}

function item(data: string): JobItem<'work.asked'> {
  return { event: 'work.asked', payload: { tenantId: 'acme', data } }
}

function idsOf(results: readonly SendResult[]): (string | undefined)[] {
  return results.map((result) => (result.ok ? result.job.id : undefined))
}

function errorOf(result: SendResult | undefined): SendFailedError {
  if (!result || result.ok) throw new Error('it was taken')
  return result.error as SendFailedError
}

describe('a batch that the engine takes in part', () => {
  test('is answered item by item: the others run, once each, and the bad one says why', async () => {
    const { client, engine, handled, pause, logger } = await openCounting()

    const results = await client.sendJobs([item('1'), item('2'), item(big), item('4'), item('5')])

    expect(results.map(({ ok }) => ok)).toEqual([true, true, false, true, true])
    const error = errorOf(results[2])
    expect(error).toMatchObject({ code: 'send_failed', accepted: 'no' })
    expect(error.message).toContain('Event is over the max size: Max 2000 bytes')
    expectNoSecrets(error, logger.lines)
    const ids = idsOf(results).filter((id) => id !== undefined)
    for (const id of ids) await client.waitForJob(id)
    await pause(2000)
    expect(handled.toSorted()).toEqual(ids.toSorted())
    expect((await eventHistory(engine)).toSorted()).toEqual(ids.toSorted())
  })
})

describe('a batch that is refused as a whole', () => {
  test('for its size, by something before the engine: it goes in smaller ones', async () => {
    const { client, engine, handled, pause } = await openCounting()
    engine.intercept((request) => (kinds.send(request) && request.body.length > 700 ? page(413) : undefined))
    const results = await client.sendJobs([item('1'), item('2'), item('3'), item('4'), item('5')])
    expect(results.every(({ ok }) => ok)).toBe(true)
    for (const id of idsOf(results)) await client.waitForJob(id!)
    await pause(2000)
    expect(handled).toHaveLength(5)
  })
})
