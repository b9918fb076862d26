import { isEnded, type JobStatus } from '@cgk-platform/jobs-core'
import { createMonthOfDeploys, dayMs, type Deploy, type Order, workOf } from '@cgk-platform/test-kit/month-of-deploys'
import fc from 'fast-check'
import { expect, test } from 'vitest'

import { openJobs } from '../kit/open-jobs.ts'

const someDays = fc.integer({ min: 1, max: 5 }).map((days) => days * dayMs)
const orders: readonly Order[] = fc.sample(
  fc.record({ atMs: fc.nat(28).map((day) => day * dayMs), naps: fc.tuple(someDays, someDays) }),
  { numRuns: 24, seed: 31 },
)
/** A run that is still open when the app does not have its version. */
const late: Order = { atMs: dayMs, naps: [24 * dayMs, dayMs] }

test('each run of a month with five deploys ends with the version that it began with, and does nothing twice', async () => {
  const { deploys, done, failures, define } = createMonthOfDeploys()
  const opened = await openJobs({ jobs: [define(deploys[0]![1])] })
  const { client, engineClock, until, openApp } = opened
  let { app } = opened
  const sent: (Order & { readonly id: string; readonly version: string })[] = []
  const waits = ({ state, runs }: JobStatus): boolean => {
    const step = runs[0]?.steps?.at(-1)
    return isEnded(state) || (step?.state === 'waiting' && step.waitsUntil!.getTime() > engineClock.now())
  }
  const isParked = ({ naps }: Order, today: number) => naps === late.naps && today >= 25 && today < 28
  let current: Deploy = deploys[0]![1]
  for (let today = 0; today < 40; today++) {
    for (const order of [late, ...orders].filter(({ atMs }) => atMs === today * dayMs)) {
      const { id } = await client.sendJob('work.asked', { tenantId: 'acme', data: order.naps })
      sent.push({ ...order, id, version: current.version! })
    }
    const awaited = sent.filter((order) => !isParked(order, today))
    await until(async () => (await Promise.all(awaited.map(({ id }) => client.getJobStatus(id)))).every(waits))
    // Before sleeps end on the next day.
    const deploy = deploys.find(([day]) => day === today + 1)?.[1]
    if (deploy) {
      await app.close()
      ;({ app } = await openApp({ jobs: [define(deploy)], port: app.port, synced: false }))
      current = deploy
    }
    engineClock.leap(dayMs)
  }
  const statuses = await Promise.all(sent.map(({ id }) => client.getJobStatus(id)))
  const ends = statuses.map(({ state, runs }) => [state, runs[0]?.output, runs[0]?.version])
  expect(ends).toEqual(sent.map(({ version }) => ['completed', version, version]))
  for (const { id, version, ...order } of sent) expect(done.get(id)).toEqual(workOf(version, order))
  expect(failures).toEqual([])
})
