import { defineJob, type JobClient, type JobHooks } from '@cgk-platform/jobs-core'
import { createClient, createJobId, type Envelope } from '@cgk-platform/jobs-core/provider'
import { createRecordedLogger } from '@cgk-platform/test-kit/recorded-logger'
import '@cgk-platform/test-kit/work'
import { beforeEach, expect, onTestFinished, test, vi } from 'vitest'

import { createLocalProvider } from '../../src/provider/local-provider.ts'
import { createVirtualClock } from '../../src/testing/virtual-clock.ts'
import { passVirtualTime } from '../conformance/pass-virtual-time.ts'
import { openDatabase, openStore } from '../kit/open-store.ts'
import { createTestFile } from '../kit/test-file.ts'

const startAt = Date.UTC(2026, 2, 1, 12)
const minuteMs = 60_000
const tenantId = 'acme'
const later: [text: string, more: Record<string, unknown>][] = [
  ['that requires what it does not know', { requires: ['later'] }],
  ['of a later version', { v: 2, payload: 'packed', body: {} }],
]

let ran: string[]
beforeEach(() => {
  ran = []
})

const sentBy = (more: Record<string, unknown> = {}): Envelope => {
  const sent = { v: 1, id: createJobId(startAt), event: 'work.requested', tenantId, sentAt: startAt }
  return { ...sent, payload: { tenantId, number: 1 }, ...more } as Envelope
}

/** Opens an engine in virtual time with the job `work`. */
function open(path: string | undefined, hooks?: JobHooks) {
  const clock = createVirtualClock(startAt)
  const provider = createLocalProvider({ ...(path && { path }) }, { clock, random: () => 0, ownTime: true })
  const logger = createRecordedLogger()
  const work = defineJob({
    id: 'work',
    event: 'work.requested',
    handler: ({ payload }, { attempt }) => void ran.push(`${payload.number}/${attempt}`),
  })
  const client: JobClient = createClient(
    { load: () => provider },
    { clock, logger, jobs: [work], ...(hooks && { hooks }) },
  )
  onTestFinished(() => client.close({ timeout: 0 }))
  const pass = (durationMs: number) => passVirtualTime(provider, clock, durationMs)
  return { client, provider, clock, logger, pass }
}

/** Changes the stored envelope of every job, as if its sender had another version. */
function rewrite(path: string, envelope: Envelope): void {
  openDatabase(path).prepare('UPDATE cgk_jobs SET envelope = ?').run(JSON.stringify(envelope))
}

test.each(later)('a worker leaves a job %s, tells so once, and delays no others', async (_, more) => {
  const { path } = createTestFile()
  openStore(path).add([sentBy()], startAt)
  rewrite(path, sentBy(more))
  const { client, logger, pass } = open(path)
  await client.start()
  await pass(3 * minuteMs)
  const [job] = (await client.listJobs()).jobs
  expect(job).toMatchObject({ event: 'work.requested', tenantId, createdAt: new Date(startAt), runs: [] })
  expect(job!.state).toBe('scheduled')
  await client.sendJob('work.requested', { tenantId, number: 2 })
  await pass(0)
  expect(ran).toEqual(['2/1'])
  const lines = logger.lines.filter(({ message }) => message.startsWith('Jobs wait because they require'))
  expect(lines).toHaveLength(1)
})

test.each(later)('a worker that understands a job %s runs it when it looks again', async (_, more) => {
  const { path } = createTestFile()
  openStore(path).add([sentBy()], startAt)
  rewrite(path, sentBy(more))
  const { client, pass } = open(path)
  await client.start()
  await pass(minuteMs - 1)
  expect(ran).toEqual([])
  rewrite(path, sentBy())
  await pass(1)
  expect(ran).toEqual(['1/1'])
  expect((await client.listJobs()).jobs[0]).toMatchObject({ state: 'completed' })
})

test.each(later)('a run of a job %s is left without an attempt, and continues where it was', async (_, more) => {
  const { path } = createTestFile()
  const onAttemptStart = vi.fn<NonNullable<JobHooks['onAttemptStart']>>()
  const { client, provider, pass } = open(path, { onAttemptStart })
  await client.pauseJobs({ definitionId: 'work' })
  await provider.send([sentBy()])
  await pass(0)
  rewrite(path, sentBy(more))
  await client.resumeJobs({ definitionId: 'work' })
  await pass(0)
  const [waiting] = (await client.listJobs()).jobs
  expect(waiting).toMatchObject({
    state: 'scheduled',
    runs: [{ definitionId: 'work', state: 'scheduled', attempts: 0 }],
  })
  expect([ran, onAttemptStart.mock.calls]).toEqual([[], []])
  rewrite(path, sentBy())
  await pass(minuteMs)
  expect(ran).toEqual(['1/1'])
  expect(onAttemptStart).toHaveBeenCalledTimes(1)
})

test('a job in memory is also left, and can be cancelled', async () => {
  const { client, provider, pass } = open(undefined)
  await client.start()
  const [sent] = await provider.send([sentBy({ requires: ['later'] })])
  await pass(5 * minuteMs)
  expect(ran).toEqual([])
  const { id } = sent as { readonly id: string }
  expect(await client.getJobStatus(id)).toMatchObject({ state: 'scheduled' })
  expect(await client.cancelJob(id)).toMatchObject({ state: 'cancelled' })
})

test('details tell what can be read of a job of a later version', async () => {
  const { path } = createTestFile()
  const envelope = sentBy()
  openStore(path).add([envelope], startAt)
  const { client } = open(path)
  rewrite(path, sentBy({ v: 2, id: 'moved', event: 'other', payload: 'packed' }))
  const details = await client.inspect!.getJob(envelope.id)
  expect(details).toMatchObject({ id: envelope.id, event: 'work.requested', tenantId })
  expect(details).toMatchObject({ requires: ['envelope v2'] })
  expect(details).not.toHaveProperty('payload')
})
