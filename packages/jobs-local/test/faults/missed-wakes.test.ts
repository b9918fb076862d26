import { defineJob, defineWorkflow } from '@cgk-platform/jobs-core'
import { createClient, createJobId, systemClock } from '@cgk-platform/jobs-core/provider'
import { createRecordedLogger } from '@cgk-platform/test-kit/recorded-logger'
import '@cgk-platform/test-kit/work'
import { expect, onTestFinished, test } from 'vitest'

import { createLocalProvider } from '../../src/provider/local-provider.ts'
import { openDatabase, openStore } from '../kit/open-store.ts'
import { createTestFile } from '../kit/test-file.ts'

/** Opens a worker in this process whose clock runs no timers, so that no timer hides a missed wake. */
function openWorker(path: string, jobs: Parameters<typeof createClient>[1] & object) {
  const clock = { ...systemClock, setTimer: () => ({ cancel: () => undefined, hold: () => undefined }) }
  const provider = createLocalProvider({ path }, { clock, ownTime: true })
  const client = createClient({ load: () => provider }, { logger: createRecordedLogger(), ...jobs })
  onTestFinished(() => client.close({ timeout: 0 }))
  return client
}

test.each([0, 3, 12, 60])('a job sent %d microtasks after another one begins too', async (hops) => {
  const begun: string[] = []
  const note = defineJob({ id: 'note', event: 'analytics.track', handler: ({ id }) => void begun.push(id) })
  const client = openWorker(createTestFile().path, { jobs: [note] })
  await client.start()
  const send = () => client.sendJob('analytics.track', { tenantId: 'acme', event: 'x' })
  const first = send()
  for (let hop = 0; hop < hops; hop++) await Promise.resolve()
  const jobs = await Promise.all([first, send()])
  await Promise.all(jobs.map(({ id }) => client.waitForJob(id)))
  expect(begun.toSorted()).toEqual(jobs.map(({ id }) => id).toSorted())
})

test.each([
  ['', 0],
  [', even if this process has sent a job since', 5],
])('an event that another process takes before the wait is written resolves the wait%s', async (_also, sentLaterMs) => {
  const path = createTestFile().path
  const other = openStore(path)
  const flow = defineWorkflow({
    id: 'flow',
    event: 'analytics.track',
    steps: async (_event, step) => {
      const answered = step.waitForEvent('answered', 'work.followed', { timeout: '1h' })
      if (!isTaken) takeElsewhere()
      return (await answered)?.payload.data
    },
  })
  let isTaken = false
  /** Acts as a worker of another process during a turn of this one. */
  function takeElsewhere(): void {
    isTaken = true
    const now = Date.now()
    const id = createJobId(now)
    const payload = { tenantId: 'acme', data: 'here' }
    const envelope = { v: 1, id, event: 'work.followed', tenantId: 'acme', payload, sentAt: now } as const
    other.add([envelope], now)
    for (const job of other.takeDueJobs(10, now)) other.endWithoutRuns(job, 'completed', now)
    createJobId(now + sentLaterMs)
  }
  const client = openWorker(path, { jobs: [flow] })
  await client.start()
  const { id } = await client.sendJob('analytics.track', { tenantId: 'acme', event: 'x' })
  expect(await client.waitForJob(id)).toMatchObject({ runs: [{ output: 'here' }] })
})

test('a cancel that cannot be written rejects', async () => {
  const path = createTestFile().path
  const client = openWorker(path, { jobs: [] })
  const { id } = await client.scheduleJob('analytics.track', { tenantId: 'acme', event: 'x' }, { delay: '1h' })
  openDatabase(path).exec('UPDATE cgk_meta SET version = 99, usable_since = 99')
  await expect(client.cancelJob(id)).rejects.toMatchObject({ code: 'store', problem: 'newer' })
})
