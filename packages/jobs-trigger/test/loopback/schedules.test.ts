import { parsePacket } from '@trigger.dev/core/v3'
import { expect, it, onTestFinished } from 'vitest'

import { type OpenLoopback, openLoopback } from './open-loopback.ts'

const minuteMs = 60_000
const start = Date.parse('2026-03-01T10:00:30Z')

/** A server at a time of its own, with a connected worker. */
async function openAt(startMs: number): Promise<OpenLoopback & { moveTo(time: number | string): void }> {
  let offsetMs = startMs - Date.now()
  const loopback = await openLoopback({ now: () => Date.now() + offsetMs })
  const stop = new AbortController()
  const headers = { authorization: `Bearer ${loopback.server.secretKey}` }
  await fetch(`${loopback.server.url}/engine/v1/dev/presence`, { headers, signal: stop.signal })
  onTestFinished(() => stop.abort())
  return {
    ...loopback,
    moveTo: (time) => void (offsetMs = (typeof time === 'string' ? Date.parse(time) : time) - Date.now()),
  }
}

const task = (cron: string, timezone = 'UTC') => ({
  id: 'tick',
  triggerSource: 'schedule',
  schedule: { cron, timezone },
})

async function ticks({ server }: OpenLoopback): Promise<string[]> {
  const payloads = await Promise.all(server.runs().map(({ payload }) => parsePacket(payload)))
  return payloads.map(({ timestamp }) => timestamp.toISOString())
}

it('makes a run at a tick, which tells the exact time and the coming ones', async () => {
  const loopback = await openAt(start)
  await loopback.register(task('* * * * *'))
  const { data } = await loopback.client.listSchedules()
  expect(data).toMatchObject([{ nextRun: new Date('2026-03-01T10:01:00Z'), task: 'tick' }])
  loopback.moveTo('2026-03-01T10:01:00Z')
  await expect.poll(() => ticks(loopback)).toEqual(['2026-03-01T10:01:00.000Z'])
  const [run] = loopback.server.runs()
  expect(run).toMatchObject({ taskIdentifier: 'tick', createdAt: new Date('2026-03-01T10:01:00Z') })
  const payload = await parsePacket(run!.payload)
  expect(payload).toMatchObject({ type: 'DECLARATIVE', timezone: 'UTC', scheduleId: expect.stringMatching(/^sched_/) })
  expect(payload.lastTimestamp).toBeUndefined()
  expect(payload.upcoming).toHaveLength(10)
  expect(payload.upcoming[0]).toEqual(new Date('2026-03-01T10:02:00Z'))
})

it('makes up for a pause with the overdue tick alone, late', async () => {
  const loopback = await openAt(start)
  await loopback.register(task('* * * * *'))
  loopback.moveTo(start + 10 * minuteMs)
  await expect.poll(() => ticks(loopback)).toEqual(['2026-03-01T10:01:00.000Z'])
  loopback.moveTo('2026-03-01T10:11:00Z')
  await expect.poll(() => ticks(loopback)).toEqual(['2026-03-01T10:01:00.000Z', '2026-03-01T10:11:00.000Z'])
  const { lastTimestamp } = await parsePacket(loopback.server.runs()[1]!.payload)
  expect(lastTimestamp).toEqual(new Date('2026-03-01T10:01:00Z'))
})

it('drops a tick while no worker is connected', async () => {
  let nowMs = start
  const loopback = await openLoopback({ now: () => nowMs })
  await loopback.register(task('* * * * *'))
  nowMs += minuteMs
  const next = async () => (await loopback.client.listSchedules()).data[0]?.nextRun?.toISOString()
  await expect.poll(next).toBe('2026-03-01T10:02:00.000Z')
  expect(loopback.server.runs()).toEqual([])
})

it('follows the schedules of the newest version', async () => {
  const loopback = await openAt(start)
  const schedules = async () =>
    (await loopback.client.listSchedules()).data.map(({ generator }) => generator.expression)
  await loopback.register(task('* * * * *'), { ...task('0 * * * *'), id: 'other' })
  expect(await schedules()).toEqual(['* * * * *', '0 * * * *'])
  await loopback.register(task('*/5 * * * *'))
  expect(await schedules()).toEqual(['*/5 * * * *'])
  loopback.moveTo('2026-03-01T10:05:01Z')
  await expect.poll(() => ticks(loopback)).toEqual(['2026-03-01T10:05:00.000Z'])
})

it('runs a time that a day leaves out an hour later, and one that comes twice at the first', async () => {
  const spring = await openAt(Date.parse('2026-03-28T23:00:00Z'))
  await spring.register(task('30 2 * * *', 'Europe/Berlin'))
  expect((await spring.client.listSchedules()).data[0]?.nextRun).toEqual(new Date('2026-03-29T01:30:00Z'))
  const autumn = await openAt(Date.parse('2026-10-24T22:00:00Z'))
  await autumn.register(task('30 2 * * *', 'Europe/Berlin'))
  expect((await autumn.client.listSchedules()).data[0]?.nextRun).toEqual(new Date('2026-10-25T00:30:00Z'))
})

it('refuses a version with a schedule that it cannot follow', async () => {
  const { register } = await openLoopback()
  expect(await register(task('* * * * * *'))).toMatchObject({
    status: 400,
    body: { error: 'Invalid cron expression: CRON expressions with seconds are not allowed' },
  })
  expect(await register(task('* * * * *', 'Mars/Base'))).toMatchObject({ status: 400 })
  expect(await register(task('61 * * * *'))).toMatchObject({ status: 400 })
})
