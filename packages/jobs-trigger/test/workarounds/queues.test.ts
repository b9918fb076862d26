import { type Definition, defineJob } from '@cgk-platform/jobs-core'
import { resourceCatalog } from '@trigger.dev/core/v3'
import { expect, test } from 'vitest'

import { createTriggerTasks } from '../../src/host/create-trigger-tasks.ts'
import { openSides, type Sides } from '../kit/open-sides.ts'
import { openWorker } from '../kit/open-tasks.ts'

/** Registers the tasks of a job with this limit. */
async function deploy({ register }: Sides, concurrency?: number): Promise<void> {
  openWorker()
  const job = { id: 'work', event: 'work.asked', handler: () => undefined, concurrency } as const
  createTriggerTasks({ jobs: [defineJob(job) as unknown as Definition] })
  await register(...resourceCatalog.listTaskManifests())
}

test('a run waits for another version if the current one lacks its queue; a job keeps its queue when its limit changes', async () => {
  const sides = await openSides()
  const { sdk, register, dequeue, start } = sides
  await deploy(sides)
  await register({ id: 'raw' })
  const raw = await sdk.tasks.trigger('raw', {})
  await register({ id: 'raw', queue: { name: 'raw', concurrencyLimit: 1 } })
  expect([await dequeue(), (await sdk.runs.retrieve(raw.id)).status]).toEqual([undefined, 'PENDING_VERSION'])
  await register({ id: 'raw' })
  expect((await start()).id).toBe(raw.id)

  await deploy(sides)
  const own = await sdk.tasks.trigger('job-work', {})
  await deploy(sides, 1)
  expect((await start()).id).toBe(own.id)
})
