import { afterEach, describe, expect, test, vi } from 'vitest'

import { claimCronJob, onCronReleased, releaseCronJobs } from './cron-claims.ts'
import { defineCronJob } from './define-cron-job.ts'

const cron = (id: string) => defineCronJob({ id, schedule: '0 9 * * *', handler: () => undefined })
const [nightly, hourly] = [cron('nightly'), cron('hourly')]
const [one, other] = [{ engine: 'one' }, { engine: 'other' }]

const stops: (() => void)[] = []
const listen = (listener: () => void): (() => void) => {
  const stop = onCronReleased(listener)
  stops.push(stop)
  return stop
}
afterEach(() => {
  for (const stop of stops.splice(0)) stop()
  for (const engine of [one, other]) releaseCronJobs(engine)
})

describe('a cron job', () => {
  test('is ticked for by one engine at a time, which may claim it again', () => {
    expect(claimCronJob(nightly, one)).toBe(true)
    expect(claimCronJob(nightly, one)).toBe(true)
    expect(claimCronJob(nightly, other)).toBe(false)
  })

  test('is claimed for itself: another engine may have another one', () => {
    claimCronJob(nightly, one)
    expect(claimCronJob(hourly, other)).toBe(true)
    expect(claimCronJob(hourly, one)).toBe(false)
  })

  test('is told by its definition, not by its id, which another client may use for its own', () => {
    claimCronJob(nightly, one)
    expect(claimCronJob(cron('nightly'), other)).toBe(true)
  })

  test('is not given back by an engine that does not have it', () => {
    claimCronJob(nightly, one)
    releaseCronJobs(other)
    releaseCronJobs(other, nightly)
    expect(claimCronJob(nightly, other)).toBe(false)
  })

  test('can be given back alone', () => {
    claimCronJob(nightly, one)
    claimCronJob(hourly, one)
    releaseCronJobs(one, hourly)
    expect([claimCronJob(nightly, other), claimCronJob(hourly, other)]).toEqual([false, true])
  })

  test('is claimed in the whole process, by whichever copy of this module', async () => {
    claimCronJob(nightly, one)
    vi.resetModules()
    const copy = await import('./cron-claims.ts')
    expect(copy.claimCronJob).not.toBe(claimCronJob)
    expect(copy.claimCronJob(nightly, other)).toBe(false)
  })
})

describe('an engine that gives back its cron jobs', () => {
  test('tells the others, who may claim them then and there', () => {
    claimCronJob(nightly, one)
    claimCronJob(hourly, one)
    const claims: boolean[] = []
    listen(() => claims.push(claimCronJob(nightly, other), claimCronJob(hourly, other)))
    releaseCronJobs(one)
    expect(claims).toEqual([true, true])
    expect(claimCronJob(nightly, one)).toBe(false)
  })

  test('tells nobody who listens no more, and all who do, though one ends it meanwhile', () => {
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
