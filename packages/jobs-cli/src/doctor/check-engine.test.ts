import type { JobProvider } from '@cgk-platform/jobs-core'
import { createFakeProvider } from '@cgk-platform/jobs-core/fake-engine'
import { afterEach, beforeEach, expect, test, vi } from 'vitest'

import { checkEngine } from './check-engine.ts'

beforeEach(() => void vi.useFakeTimers())
afterEach(() => void vi.useRealTimers())

const notChecked = {
  check: 'engine',
  status: 'unknown',
  message: 'not checked: whether the process that runs your jobs is up',
}

const hosted = { name: 'mine', title: 'Mine', packageName: 'jobs-mine', runsInProcess: false }

function providerWith(health: JobProvider['health']): JobProvider {
  return { ...createFakeProvider(), name: 'mine', health }
}

test('reports an engine that does not respond within 20 s as a problem', async () => {
  const checked = checkEngine(
    hosted,
    providerWith(() => new Promise(() => undefined)),
    [],
  )
  await vi.advanceTimersByTimeAsync(20_000)
  const { facts, findings } = await checked
  expect(facts).toMatchObject({ ok: false, durationMs: 20_000 })
  expect(findings).toEqual([{ check: 'engine', status: 'problem', message: 'no answer within 20 s' }, notChecked])
})

test('reports an engine whose health check fails as a problem', async () => {
  const { findings } = await checkEngine(
    hosted,
    providerWith(() => Promise.reject(new Error('It is broken'))),
    [],
  )
  expect(findings).toEqual([{ check: 'engine', status: 'problem', message: 'It is broken' }, notChecked])
})
