import { hostname } from 'node:os'

import { defineJob } from '@cgk-platform/jobs-core'
import type { JobsChange } from '@cgk-platform/jobs-core/inspect'
import '@cgk-platform/test-kit/work'
import { expect, test } from 'vitest'

import { failUntil } from '../kit/fail-until.ts'
import { ask, createSharedFile } from '../kit/shared-file.ts'
import { waitUntil } from '../kit/wait-until.ts'

test('a process that only sends inspects and steers the jobs of another one, and notices its changes', async ({
  onTestFinished,
}) => {
  const { client, open } = createSharedFile(onTestFinished)
  const changes: JobsChange[] = []
  onTestFinished(client.inspect.subscribe({}, (change) => changes.push(change)))
  const id = await ask(client)
  const retry = { maxAttempts: 1 }
  const job = defineJob({ id: 'work', event: 'analytics.track', retry, handler: failUntil(2) })
  const worker = open({ role: 'work' }, { jobs: [job] })
  await worker.start()
  const states = (): (string | undefined)[] =>
    changes.flatMap(({ jobs }) => jobs.filter((one) => one.id === id).map(({ state }) => state))
  await waitUntil(() => states().includes('failed'))
  const [found] = await client.inspect.listWorkers()
  const place = { host: hostname(), pid: process.pid }
  expect(found).toMatchObject({ isThisProcess: true, ...place, running: 0, definitionIds: ['work'] })
  const { runs, payload } = await client.inspect.getJob(id)
  expect(payload).toMatchObject({ tenantId: 'acme' })
  expect(runs[0]?.attemptHistory).toMatchObject([
    { number: 1, worker: found!.id, error: { message: 'attempt 1 failed' } },
  ])
  expect(await client.inspect.retryJobs({ definitionId: 'work' })).toMatchObject({ matched: 1, changed: 1 })
  await waitUntil(async () => (await client.inspect.getJob(id)).runs.length === 2)
  await waitUntil(async () => (await client.inspect.countJobs({ states: ['failed'], by: 'definition' })).count === 1)
})
