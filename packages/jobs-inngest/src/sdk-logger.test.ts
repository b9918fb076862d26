import { createRecordedLogger } from '@cgk-platform/test-kit/recorded-logger'
import { describe, expect, test } from 'vitest'

import { createSdkLoggers } from './sdk-logger.ts'

function open() {
  const to = createRecordedLogger()
  return { to, ...createSdkLoggers(() => to) }
}

describe("the SDK's own messages", () => {
  test('are forwarded from level warn, in every form', () => {
    const { to, internalLogger } = open()
    internalLogger.debug('Connecting')
    internalLogger.info({ attempt: 1 }, 'Connected')
    internalLogger.warn('No functions')
    internalLogger.error({ err: new TypeError('no route') }, 'Failed to register')
    expect(to.lines.map(({ level, message }) => [level, message])).toEqual([
      ['warn', 'No functions'],
      ['error', 'Failed to register'],
    ])
    expect(to.lines.map(({ fields }) => fields)).toEqual([
      { from: 'inngest' },
      { from: 'inngest', error: expect.objectContaining({ name: 'TypeError', message: 'no route' }) },
    ])
  })

  test('are forwarded without their fields, which can be payloads', () => {
    const { to, internalLogger } = open()
    internalLogger.error({ body: { tenantId: 'acme', secret: 'word' } }, 'Malformed request')
    internalLogger.warn('Malformed request', { secret: 'word' })
    internalLogger.warn({ secret: 'word' })
    internalLogger.warn(null, 'Malformed request')
    internalLogger.warn()
    expect(to.lines).toHaveLength(3)
    expect(JSON.stringify(to.lines)).not.toContain('word')
  })

  test('are dropped without a logger', () => {
    const { internalLogger } = createSdkLoggers(() => undefined)
    expect(() => internalLogger.warn('No functions')).not.toThrow()
  })
})

test("drops the SDK's messages about attempts, which this library logs", () => {
  const { to, logger } = open()
  for (const level of ['debug', 'info', 'warn', 'error'] as const) logger[level]({ err: new Error('no') }, 'failed')
  expect(to.lines).toEqual([])
})
