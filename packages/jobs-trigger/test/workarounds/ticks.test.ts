import { type CronJobDefinition, defineCronJob } from '@cgk-platform/jobs-core'
import { systemTenantId, cronEventOf, dispatchTick, systemClock } from '@cgk-platform/jobs-core/provider'
import { expect, test } from 'vitest'

import { createTriggerApi } from '../../src/api/trigger-api.ts'
import type { HostDependencies } from '../../src/host/host-dependencies.ts'
import { createTickHost } from '../../src/host/tick-host.ts'
import { createJobReader } from '../../src/read/job-reader.ts'
import { toConnection } from '../../src/trigger-config.ts'
import { eventTaskId } from '../../src/wire/task-id.ts'
import { openSides } from '../kit/open-sides.ts'
import { failure, success } from '../loopback/open-loopback.ts'

const report = defineCronJob({ id: 'report', schedule: '* * * * *', handler: () => undefined })
const taskId = eventTaskId(cronEventOf('report'))
const startMs = Date.parse('2026-03-01T12:00:00Z')

/** Opens a server whose worker has a task of the SDK and a cron job, with ticks that are minutes apart. */
async function open() {
  const sides = await openSides()
  await sides.register({ id: 'raw', queue: { concurrencyLimit: 1 } }, { id: taskId })
  const { url: apiUrl, secretKey: apiKey } = sides.server
  const clock = systemClock
  const api = createTriggerApi(toConnection({ apiKey, apiUrl }), clock)
  const reader = createJobReader({ api, clock, jobs: () => undefined })
  const dependencies = { api, reader, clock } as unknown as HostDependencies
  const tick = (minute: number, definition: CronJobDefinition = report) =>
    dispatchTick(definition, startMs + minute * 60_000, [systemTenantId], createTickHost(definition, dependencies))
  const runsOf = (id: string) => sides.server.runs().filter(({ taskIdentifier }) => taskIdentifier === id)
  return { ...sides, tick, runsOf }
}

test('ticks of a task pile up behind a long run, even with a queue limit; ticks of a cron job are skipped', async () => {
  const { sdk, tick, start, runsOf } = await open()
  for (const minute of [0, 1, 2]) await sdk.tasks.trigger('raw', { minute })
  expect(runsOf('raw')).toHaveLength(3)
  await (await start()).complete(success)

  expect(await tick(0)).toMatchObject({ sent: 1, skipped: [] })
  expect(await tick(1)).toMatchObject({ sent: 0, skipped: [systemTenantId] })
  expect(await tick(2)).toMatchObject({ sent: 0, skipped: [systemTenantId] })
  expect(runsOf(taskId)).toHaveLength(1)
})

test('an idempotency key blocks later ticks of a task for 30 days; that of a cron job is freed when its run ends', async () => {
  const { sdk, tick, start, runsOf } = await open()
  const key = { idempotencyKey: 'report' }
  await sdk.tasks.trigger('raw', {}, key)
  await (await start()).complete(success)
  expect(await sdk.tasks.trigger('raw', {}, key)).toMatchObject({ isCached: true })

  await tick(0)
  await (await start()).complete(success)
  expect(await tick(1)).toMatchObject({ sent: 1, skipped: [] })
  expect(runsOf(taskId)).toHaveLength(2)
})

test('a repeated tick creates two runs of a task; a cron job creates one', async () => {
  const { sdk, tick, runsOf } = await open()
  for (const _ of [1, 2]) await sdk.tasks.trigger('raw', {})
  expect(runsOf('raw')).toHaveLength(2)
  for (const definition of [report, { ...report, overlap: 'allow' } as const]) {
    const before = runsOf(taskId).length
    await tick(5, definition)
    await tick(5, definition)
    expect(runsOf(taskId)).toHaveLength(before + 1)
  }
})

test('a repeated tick after a failed run creates a second run of a task; a cron job creates none', async () => {
  const { sdk, tick, start, runsOf } = await open()
  const key = { idempotencyKey: 'report' }
  await sdk.tasks.trigger('raw', {}, key)
  await (await start()).complete(failure())
  expect(await sdk.tasks.trigger('raw', {}, key)).toMatchObject({ isCached: false })
  await (await start()).complete(success)

  await tick(0)
  // The run with the key starts the run that may fail, and completes itself.
  await (await start()).complete(success)
  await tick(0)
  expect(runsOf(taskId)).toHaveLength(1)
})
