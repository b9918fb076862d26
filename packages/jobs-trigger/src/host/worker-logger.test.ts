import { bindLogger } from '@cgk-platform/jobs-core/provider'
import { logger } from '@trigger.dev/core/v3'
import { afterEach, expect, test, vi } from 'vitest'

import { createWorkerLogger } from './worker-logger.ts'

afterEach(() => logger.disable())

test('writes each line with its fields into the log of the run', () => {
  const lines: unknown[] = []
  const record = (level: string) => (message: string, fields: unknown) => void lines.push([level, message, fields])
  const [debug, info, warn, error] = ['debug', 'info', 'warn', 'error'].map(record)
  logger.setGlobalTaskLogger({
    debug,
    info,
    warn,
    error,
    log: vi.fn<() => void>(),
    trace: vi.fn<() => void>(),
    startSpan: vi.fn<() => void>(),
  } as never)
  const bound = bindLogger(createWorkerLogger(), { jobId: 'run_1' })
  bound.debug('One.')
  bound.info('Two.', { number: 2 })
  bound.warn('Three.')
  bound.error('Four.')
  expect(lines).toEqual([
    ['debug', 'One.', { jobId: 'run_1' }],
    ['info', 'Two.', { jobId: 'run_1', number: 2 }],
    ['warn', 'Three.', { jobId: 'run_1' }],
    ['error', 'Four.', { jobId: 'run_1' }],
  ])
})

test('writes nothing outside a run', () => {
  expect(() => createWorkerLogger().error('One.')).not.toThrow()
})
