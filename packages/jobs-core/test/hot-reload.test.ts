import { afterEach, beforeEach, describe, expect, test, vi } from 'vitest'

import { findEvent, ownEvents } from '../src/events/event-registry.ts'
import { ambientJobs } from '../src/jobs/job-registry.ts'

type HotModule = typeof import('./fixtures/hot-module.ts')

const load = (evaluation: string): Promise<HotModule> => {
  const path = `./fixtures/hot-module.ts?evaluation=${evaluation}`
  return import(/* @vite-ignore */ path) as Promise<HotModule>
}

describe('a module that is evaluated again', () => {
  const stderr = vi.spyOn(console, 'error')

  beforeEach(() => {
    stderr.mockClear()
    ownEvents().clear()
    for (const { id } of ambientJobs().all()) ambientJobs().remove(id)
  })
  afterEach(() => vi.unstubAllEnvs())

  test('declares its events again, and the later schema is used', async () => {
    const first = await load('c')
    const second = await load('d')
    expect(first.events['hot.reloaded']).not.toBe(second.events['hot.reloaded'])
    expect(findEvent('hot.reloaded')?.schema).toBe(second.events['hot.reloaded'])
  })

  test('registers its jobs once: the later definition replaces the earlier', async () => {
    await load('e')
    const { onOrder, nightly } = await load('f')
    expect(
      ambientJobs()
        .all()
        .map(({ id }) => id),
    ).toEqual(['hot-on-order', 'hot-nightly'])
    expect(ambientJobs().subscribers('order.created')).toEqual([onOrder])
    expect(ambientJobs().cronJobs()).toEqual([nightly])
    expect(stderr).not.toHaveBeenCalled()
  })
})
