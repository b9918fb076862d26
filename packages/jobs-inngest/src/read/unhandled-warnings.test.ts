import { defineJob, type JobStatus } from '@cgk-platform/jobs-core'
import { createJobRegistry, type JobHost } from '@cgk-platform/jobs-core/provider'
import { expect, test, vi } from 'vitest'

import { createUnhandledWarnings } from './unhandled-warnings.ts'

function open() {
  const logger = {
    debug: vi.fn<(...line: unknown[]) => void>(),
    info: vi.fn<(...line: unknown[]) => void>(),
    warn: vi.fn<(...line: unknown[]) => void>(),
    error: vi.fn<(...line: unknown[]) => void>(),
  }
  const jobs = createJobRegistry()
  jobs.register(defineJob({ id: 'confirm', event: 'order.created', handler: () => undefined }))
  const note = createUnhandledWarnings(() => ({ jobs, logger }) as unknown as JobHost)
  return { logger, note }
}

function completed(event: string, runs: readonly object[] = []): JobStatus {
  return { id: '1', event, tenantId: 'acme', state: 'completed', createdAt: new Date(0), runs } as unknown as JobStatus
}

test('warns once of an unhandled event for which this process has a definition', () => {
  const { logger, note } = open()
  note(completed('order.created'))
  note(completed('order.created'))
  expect(logger.warn).toHaveBeenCalledTimes(1)
  expect(logger.warn.mock.calls[0]![0]).toMatch(/`order\.created`.*`confirm`.*Sync the app.*idempotency key/)
  expect(logger.info).not.toHaveBeenCalled()
})

test('logs at level info for an event without a definition in this process', () => {
  const { logger, note } = open()
  note(completed('order.refunded'))
  expect(logger.info.mock.calls[0]![0]).toContain('`order.refunded`')
  expect(logger.warn).not.toHaveBeenCalled()
})

test('ignores a job that ran or can still run', () => {
  const { logger, note } = open()
  note(completed('order.created', [{}]))
  note({ ...completed('order.created'), state: 'queued' })
  expect([logger.warn.mock.calls, logger.info.mock.calls]).toEqual([[], []])
})

test('logs nothing before there is a client', () => {
  expect(() => createUnhandledWarnings(() => undefined)(completed('order.created'))).not.toThrow()
})
