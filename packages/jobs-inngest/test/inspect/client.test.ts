import { defineCronJob, defineJob } from '@cgk-platform/jobs-core'
import { requestsOf } from '@cgk-platform/inngest-loopback'
import { expect, test } from 'vitest'

import { openJobs } from '../kit/open-jobs.ts'

test('runs a cron job now, for each tenant', async () => {
  const ran: string[] = []
  const report = defineCronJob({
    id: 'reports/daily',
    schedule: '0 0 1 1 *',
    tenants: () => ['acme', 'globex'],
    handler: ({ tenantId }) => void ran.push(tenantId),
  })
  const { client } = await openJobs({ jobs: [report] })
  const handles = await client.inspect.runCronJob('reports/daily')
  expect(handles.map(({ event, tenantId }) => [event, tenantId])).toEqual([
    ['cron/reports/daily', 'acme'],
    ['cron/reports/daily', 'globex'],
  ])
  for (const { id } of handles) await client.waitForJob(id)
  expect(ran.toSorted()).toEqual(['acme', 'globex'])
  const { jobs } = await client.inspect.listJobs({ event: 'cron/reports/daily', tenantId: 'acme' })
  expect(jobs).toMatchObject([{ id: handles[0]!.id, state: 'completed', definitionIds: ['reports/daily'] }])
})

test('retries the failed jobs of a tenant, and cancels its waiting jobs', async () => {
  let isBroken = true
  const work = defineJob({
    id: 'work',
    event: 'work.asked',
    retry: { maxAttempts: 1 },
    handler: () => {
      if (isBroken) throw new Error('broken')
    },
  })
  const { client } = await openJobs({ jobs: [work] })
  const sent = await Promise.all(
    ['acme', 'acme', 'globex'].map((tenantId) => client.sendJob('work.asked', { tenantId })),
  )
  for (const { id } of sent) await client.waitForJob(id)
  const waiting = await client.sendJob('work.asked', { tenantId: 'acme' }, { delay: '1h' })
  isBroken = false
  expect(await client.inspect.retryJobs({ tenantId: 'acme' }, { dryRun: true })).toMatchObject({
    matched: 2,
    changed: 0,
  })
  expect(await client.inspect.retryJobs({ tenantId: 'acme' })).toMatchObject({ matched: 2, changed: 2, failures: 0 })
  for (const { id } of sent) await client.waitForJob(id)
  const { jobs } = await client.inspect.listJobs({ states: ['failed'] })
  expect(jobs.map(({ tenantId }) => tenantId)).toEqual(['globex'])
  expect(await client.inspect.cancelJobs({ tenantId: 'acme' })).toMatchObject({ matched: 1, changed: 1 })
  expect(await client.inspect.getJob(waiting.id)).toMatchObject({ state: 'cancelled' })
})

test('counts the jobs of one page', async () => {
  const { client, engine } = await openJobs({ jobs: [] })
  for (const tenantId of ['acme', 'globex', 'acme']) await client.sendJob('work.asked', { tenantId }, { delay: '1h' })
  await client.waitForJob((await client.sendJob('work.followed', { tenantId: 'acme' })).id)
  const before = requestsOf(engine, 'inspect').length
  const counts = await client.inspect.countJobs({ by: 'tenant' })
  expect(counts).toMatchObject({ count: 4, isExact: true, groups: [{ key: 'acme', count: 3 }, { key: 'globex' }] })
  expect(requestsOf(engine, 'inspect').length - before).toBe(2)
})
