import type { JobStatus } from '@cgk-platform/jobs-core'
import type { JobHost } from '@cgk-platform/jobs-core/provider'
import { createJobRegistry } from '@cgk-platform/jobs-core/scheduling'
import { expect, test, vi } from 'vitest'

import { createUnhandledWarnings } from './unhandled-warnings.ts'

function open() {
  const logger = {
    debug: vi.fn<(...line: unknown[]) => void>(),
    info: vi.fn<(...line: unknown[]) => void>(),
    warn: vi.fn<(...line: unknown[]) => void>(),
    error: vi.fn<(...line: unknown[]) => void>(),
  }
  return {
    logger,
    warnings: createUnhandledWarnings(() => ({ logger, jobs: createJobRegistry() }) as unknown as JobHost),
  }
}

function completed(event: string, runs: readonly object[] = []): JobStatus {
  return { id: '1', event, tenantId: 'acme', state: 'completed', createdAt: new Date(0), runs } as unknown as JobStatus
}

const confirm = { appId: 'jobs', functionId: 'orders~confirm', events: ['order.created'], maxAttempts: 3 }

test('warns once of an event for which this process has a definition that Inngest does not have', () => {
  const { logger, warnings } = open()
  warnings.unregistered('order.created', [confirm])
  warnings.unregistered('order.created', [confirm])
  expect(logger.warn).toHaveBeenCalledTimes(1)
  expect(logger.warn.mock.calls[0]![0]).toMatch(/`order\.created`.*`orders\/confirm`.*Sync the app.*`retryJob`/)
  expect(logger.info).not.toHaveBeenCalled()
})

test('warns once of an event that no function handles', () => {
  const { logger, warnings } = open()
  const unhandled = { ...completed('order.refunded'), state: 'unhandled' } as const
  warnings.unhandled(unhandled)
  warnings.unhandled(unhandled)
  expect(logger.warn).toHaveBeenCalledTimes(1)
  expect(logger.warn.mock.calls[0]![0]).toMatch(/^No job handles `order\.refunded`, so its jobs end as `unhandled`\. /)
  expect(logger.info).not.toHaveBeenCalled()
})

test('ignores a job that ran or can still run', () => {
  const { logger, warnings } = open()
  warnings.unhandled(completed('order.created', [{}]))
  warnings.unhandled({ ...completed('order.created'), state: 'queued' })
  expect([logger.warn.mock.calls, logger.info.mock.calls]).toEqual([[], []])
})

test('logs nothing before there is a client', () => {
  expect(() =>
    createUnhandledWarnings(() => undefined).unhandled({ ...completed('order.created'), state: 'unhandled' }),
  ).not.toThrow()
})
