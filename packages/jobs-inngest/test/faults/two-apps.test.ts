import { defineJob, type Definition, NonRetryableError } from '@cgk-platform/jobs-core'
import { requestsOf } from '@cgk-platform/inngest-loopback'
import { describe, expect, test } from 'vitest'

import { openJobs } from '../kit/open-jobs.ts'

const payload = { tenantId: 'acme' }

/** Creates a job with the same id and event in each of two apps. */
function work(handler: () => unknown): Definition {
  return defineJob({ id: 'work', event: 'work.asked', handler })
}

function failOnce(): () => string {
  let calls = 0
  return () => {
    if (++calls === 1) throw new NonRetryableError('at first')
    return 'of billing, at last'
  }
}

async function openTwo(ofBilling: () => unknown = () => 'of billing') {
  let calls = 0
  const shop = await openJobs({ appId: 'shop', jobs: [work(() => `of shop ${++calls}`)] })
  const billing = await shop.openApp({ appId: 'billing', jobs: [work(ofBilling)] })
  return { shop, billing }
}

describe('two apps with a job of the same id for the same event', () => {
  test('run one job in both apps, with ids that contain the other app', async () => {
    const { shop, billing } = await openTwo()
    const { id } = await shop.client.sendJob('work.asked', payload)
    const status = await shop.client.waitForJob(id)
    expect(status.state).toBe('completed')
    expect(Object.fromEntries(status.runs.map(({ definitionId, output }) => [definitionId, output]))).toEqual({
      'billing:work': 'of billing',
      work: 'of shop 1',
    })
    const seenByBilling = await billing.client.getJobStatus(id)
    expect(seenByBilling.runs.map(({ definitionId }) => definitionId).toSorted()).toEqual(['shop:work', 'work'])
  })

  test('fail the job if one of them fails, and a retry runs only that one', async () => {
    const { shop } = await openTwo(failOnce())
    const { id } = await shop.client.sendJob('work.asked', payload)
    const before = await shop.client.waitForJob(id)
    expect(before.state).toBe('failed')
    expect(before.runs).toHaveLength(2)

    await shop.client.retryJob(id)

    const after = await shop.client.waitForJob(id)
    expect(after.state).toBe('completed')
    expect(requestsOf(shop.engine, 'rerun')).toHaveLength(1)
    expect(after.runs).toHaveLength(3)
    const [again] = after.runs.slice(-1)
    const failed = before.runs.find(({ state }) => state === 'failed')!
    expect(failed.definitionId).toBe('billing:work')
    expect(again).toMatchObject({ definitionId: 'billing:work', output: 'of billing, at last', retryOf: failed.id })
    expect(after.runs.filter(({ definitionId }) => definitionId === 'work').map(({ output }) => output)).toEqual([
      'of shop 1',
    ])
  })
})
