import { afterEach, expect, test, vi } from 'vitest'

import { processState } from './process-state.ts'
import { defineJob } from '../jobs/define-job.ts'

const contractKey = Symbol.for('@cgk-platform/jobs.contract')
const holder = globalThis as { [contractKey]?: string }

afterEach(() => {
  delete holder[contractKey]
})

const define = () => defineJob({ id: 'pack', event: 'order.created', handler: () => undefined })

test('shared state is created once for all copies of the package', async () => {
  const made = processState('test', () => ({}))
  vi.resetModules()
  const other = (await import('./process-state.ts')).processState
  expect(other).not.toBe(processState)
  expect(other('test', () => ({}))).toBe(made)
})

test('a definition is rejected if an incompatible version is already loaded', () => {
  holder[contractKey] = 'v2'
  expect(define).toThrow(
    expect.objectContaining({
      code: 'incompatible_copies',
      message: expect.stringMatching(/`v1`.*`v2`.*`npm ls @cgk-platform\/jobs-core`/),
    }),
  )
})

test('the first copy sets the format of the shared state', () => {
  define()
  expect(holder[contractKey]).toBe('v1')
})
