import { afterEach, describe, expect, test, vi } from 'vitest'

import { claimCronJob, onCronJobsReleased, releaseCronJobs } from './cron-claims.ts'
import { defineCronJob } from './define-cron-job.ts'

const cron = (id: string) => defineCronJob({ id, schedule: '0 9 * * *', handler: () => undefined })
const [nightly, hourly] = [cron('nightly'), cron('hourly')]
const [one, other] = [{ engine: 'one' }, { engine: 'other' }]

const stops: (() => void)[] = []
const listen = (listener: () => void): (() => void) => {
  const stop = onCronJobsReleased(listener)
  stops.push(stop)
  return stop
}
afterEach(() => {
  for (const stop of stops.splice(0)) stop()
  for (const engine of [one, other]) releaseCronJobs(engine)
})

describe('a cron job', () => {
  test('is claimed by one engine at a time, which can claim it again', () => {
    expect(claimCronJob(nightly, one)).toBe(true)
    expect(claimCronJob(nightly, one)).toBe(true)
    expect(claimCronJob(nightly, other)).toBe(false)
  })

  test('is claimed separately: another engine can claim another one', () => {
    claimCronJob(nightly, one)
    expect(claimCronJob(hourly, other)).toBe(true)
    expect(claimCronJob(hourly, one)).toBe(false)
  })

  test('is identified by its definition, not its id, which another client can also use', () => {
    claimCronJob(nightly, one)
    expect(claimCronJob(cron('nightly'), other)).toBe(true)
  })

  test('is not released by an engine that has not claimed it', () => {
    claimCronJob(nightly, one)
    releaseCronJobs(other)
    releaseCronJobs(other, nightly)
    expect(claimCronJob(nightly, other)).toBe(false)
  })

  test('can be released separately', () => {
    claimCronJob(nightly, one)
    claimCronJob(hourly, one)
    releaseCronJobs(one, hourly)
    expect([claimCronJob(nightly, other), claimCronJob(hourly, other)]).toEqual([false, true])
  })

  test('is claimed in the whole process, across copies of this module', async () => {
    claimCronJob(nightly, one)
    vi.resetModules()
    const copy = await import('./cron-claims.ts')
    expect(copy.claimCronJob).not.toBe(claimCronJob)
    expect(copy.claimCronJob(nightly, other)).toBe(false)
  })
})

describe('an engine that releases its cron jobs', () => {
  test('notifies the other engines, which can claim them at once', () => {
    claimCronJob(nightly, one)
    claimCronJob(hourly, one)
    const claims: boolean[] = []
    listen(() => claims.push(claimCronJob(nightly, other), claimCronJob(hourly, other)))
    releaseCronJobs(one)
    expect(claims).toEqual([true, true])
    expect(claimCronJob(nightly, one)).toBe(false)
  })

  test('notifies only current listeners, even if one is removed during the notification', () => {
    const told: string[] = []
    const stop = listen(() => told.push('stopped'))
    const stopSelf = listen(() => {
      told.push('once')
      stopSelf()
    })
    listen(() => told.push('always'))
    stop()
    releaseCronJobs(one)
    releaseCronJobs(one)
    expect(told).toEqual(['once', 'always', 'always'])
  })
})
