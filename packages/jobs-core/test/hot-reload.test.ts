import { afterEach, beforeEach, describe, expect, test, vi } from 'vitest'

import { processEvents } from '../src/events/event-registry.ts'
import { processJobs } from '../src/jobs/job-registry.ts'

type HotModule = typeof import('./fixtures/hot-module.ts')

const load = (evaluation: string): Promise<HotModule> => {
  const path = `./fixtures/hot-module.ts?evaluation=${evaluation}`
  return import(/* @vite-ignore */ path) as Promise<HotModule>
}

describe('a module that is evaluated again', () => {
  const stderr = vi.spyOn(console, 'error')

  beforeEach(() => {
    stderr.mockClear()
    processEvents().own.clear()
    for (const { id } of processJobs().all()) processJobs().remove(id)
  })
  afterEach(() => vi.unstubAllEnvs())

  test('declares its events again, and the later schema is used', async () => {
    const first = await load('c')
    const second = await load('d')
    expect(first.events['hot.reloaded']).not.toBe(second.events['hot.reloaded'])
    expect(processEvents().find('hot.reloaded')?.schema).toBe(second.events['hot.reloaded'])
  })

  test('registers its jobs once: the later definition replaces the earlier', async () => {
    await load('e')
    const { onOrder, nightly } = await load('f')
    expect(
      processJobs()
        .all()
        .map(({ id }) => id),
    ).toEqual(['hot-on-order', 'hot-nightly'])
    expect(processJobs().subscribers('order.created')).toEqual([onOrder])
    expect(processJobs().cronJobs()).toEqual([nightly])
    expect(stderr).not.toHaveBeenCalled()
  })
})
