import { afterEach, beforeEach, describe, expect, test, vi } from 'vitest'

import { createDefaultLogger } from './default-logger.ts'
import { bindLogger, type LoggerLike } from './logger.ts'

const unheard = vi.fn<(reason: unknown) => void>()
beforeEach(() => {
  unheard.mockReset()
  process.on('unhandledRejection', unheard)
})
afterEach(() => void process.off('unhandledRejection', unheard))

const levels = ['debug', 'info', 'warn', 'error'] as const
const loggerOf = (write: (...line: unknown[]) => unknown, more: Partial<LoggerLike> = {}): LoggerLike => ({
  ...{ debug: write, info: write, warn: write, error: write },
  ...more,
})
const turns = async (): Promise<void> => {
  for (let turn = 0; turn < 3; turn++) await new Promise((resolve) => setImmediate(resolve))
}

describe('a logger that writes later and fails', () => {
  const down = () => Promise.reject(new Error('The log shipper is down.'))
  const thenable = () => ({ then: (_done: unknown, failed: (error: Error) => void) => failed(new Error('Down.')) })

  test.each<[kind: string, logger: LoggerLike]>([
    ['with methods alone', loggerOf(down)],
    ['with children', loggerOf(down, { child: () => loggerOf(down) })],
    ['with promises of its own kind', loggerOf(thenable)],
  ])('rejects unheard nothing: %s', async (_kind, logger) => {
    const bound = bindLogger(logger, { jobId: 'job_1' })
    for (const level of levels) {
      bound[level]('Line.')
      bound[level]('Line.', { a: 1 })
    }
    await turns()
    expect(unheard).not.toHaveBeenCalled()
  })
})

describe('a fact that is named like a binding', () => {
  const bindings = { jobId: 'job_1', tenantId: 'acme', attempt: 1 }
  const forged = { tenantId: 'globex', attempt: 99, orderId: 'order_1' }
  const told = { ...bindings, orderId: 'order_1' }

  test('does not replace it for a logger with methods alone', () => {
    const write = vi.fn<(...line: unknown[]) => void>()
    for (const level of levels) bindLogger(loggerOf(write), bindings)[level]('Charging.', forged)
    expect(write.mock.calls).toEqual(levels.map(() => ['Charging.', told]))
  })

  test('does not replace it for a logger with children, which puts facts over bindings', () => {
    const lines: object[] = []
    const child = (bound: object) => loggerOf((facts) => void lines.push({ ...bound, ...(facts as object) }))
    for (const level of levels)
      bindLogger(
        loggerOf(() => undefined, { child }),
        bindings,
      )[level]('Charging.', forged)
    expect(lines).toEqual(levels.map(() => told))
  })

  test('nor, on the default logger, what the line itself says', () => {
    const lines: string[] = []
    const now = () => new Date('2026-03-01T12:00:00Z')
    const logger = createDefaultLogger({ readable: false, now, write: (_level, line) => void lines.push(line) })
    bindLogger(logger, bindings).info('Charging.', { ...forged, level: 'error', message: 'forged', time: 0 })
    expect(lines.map((line) => JSON.parse(line) as unknown)).toEqual([
      { time: '2026-03-01T12:00:00.000Z', level: 'info', message: 'Charging.', ...told },
    ])
  })
})
