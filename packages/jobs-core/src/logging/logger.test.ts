import { afterEach, beforeEach, describe, expect, test, vi } from 'vitest'

import { createDefaultLogger } from './default-logger.ts'
import { bindLogger, type LoggerLike, type LogLevel } from './logger.ts'

const levels: readonly LogLevel[] = ['debug', 'info', 'warn', 'error']
const bindings = { jobId: 'job_1', tenantId: 'acme', attempt: 2 }
/** Fields with the names of bindings. */
const forged = { tenantId: 'globex', attempt: 99, orderId: 'order_1' }

const loggerOf = (write: (...line: unknown[]) => unknown, more: Partial<LoggerLike> = {}): LoggerLike => ({
  ...{ debug: write, info: write, warn: write, error: write },
  ...more,
})

/** Like pino: children have bindings, fields come before the message and override bindings, methods need `this`. */
class PinoLike implements LoggerLike {
  readonly lines: unknown[]
  readonly bound: object
  constructor(lines: unknown[] = [], bound: object = {}) {
    this.lines = lines
    this.bound = bound
  }
  #write(level: LogLevel, [first, second]: unknown[]): void {
    if (typeof first === 'string') this.lines.push({ ...this.bound, level, msg: first })
    else this.lines.push({ ...this.bound, ...(first as object), level, msg: second })
  }
  debug(...line: unknown[]): void {
    this.#write('debug', line)
  }
  info(...line: unknown[]): void {
    this.#write('info', line)
  }
  warn(...line: unknown[]): void {
    this.#write('warn', line)
  }
  error(...line: unknown[]): void {
    this.#write('error', line)
  }
  child(more: object): PinoLike {
    return new PinoLike(this.lines, { ...this.bound, ...more })
  }
}

afterEach(() => vi.restoreAllMocks())

describe('a bound logger', () => {
  test.each(levels)('has the bindings on every line at level %s, and no fact replaces them', (level) => {
    const pino = new PinoLike()
    const write = vi.spyOn(console, level).mockImplementation(() => undefined)
    for (const logger of [pino, console]) {
      const { [level]: log } = bindLogger(logger, bindings)
      log('Began.')
      log('Went on.', forged)
    }
    const told = { ...bindings, orderId: 'order_1' }
    expect(pino.lines).toEqual([
      { ...bindings, level, msg: 'Began.' },
      { ...told, level, msg: 'Went on.' },
    ])
    expect(write.mock.calls).toEqual([
      ['Began.', bindings],
      ['Went on.', told],
    ])
  })

  test('does not replace the time, level and message of the default logger', () => {
    const lines: unknown[] = []
    const now = () => new Date('2026-03-01T12:00:00Z')
    const logger = createDefaultLogger({ readable: false, now, write: (_level, line) => lines.push(JSON.parse(line)) })
    bindLogger(logger, bindings).info('Charging.', { ...forged, level: 'error', message: 'forged', time: 0 })
    const line = { time: '2026-03-01T12:00:00.000Z', level: 'info', message: 'Charging.' }
    expect(lines).toEqual([{ ...line, ...bindings, orderId: 'order_1' }])
  })

  test('formats no line that the logger would drop', () => {
    let reads = 0
    const fields = {
      get costly() {
        return (reads += 1)
      },
    }
    const write = vi.fn<(...line: unknown[]) => void>()
    const logger = bindLogger(loggerOf(write, { isLevelEnabled: (level) => level === 'error' }), bindings)
    for (const level of levels) logger[level]('Line.', fields)
    expect(reads).toBe(1)
    expect(write).toHaveBeenCalledOnce()
  })
})

describe('a failing logger does not affect the job', () => {
  const onUnhandled = vi.fn<(reason: unknown) => void>()
  beforeEach(() => {
    onUnhandled.mockReset()
    process.on('unhandledRejection', onUnhandled)
  })
  afterEach(() => void process.off('unhandledRejection', onUnhandled))

  const broken = (): never => {
    throw new Error('The disk is full.')
  }
  const all = loggerOf(broken)
  const down = () => Promise.reject(new Error('The log shipper is down.'))
  const thenable = () => ({ then: (_done: unknown, failed: (error: Error) => void) => failed(new Error('Down.')) })

  test.each<[name: string, logger: LoggerLike]>([
    ['in its methods', all],
    ['in the methods of its child', { ...all, child: () => all }],
    ['in `child` itself', { ...all, child: broken }],
    ['in `isLevelEnabled`', { ...console, isLevelEnabled: broken }],
    ['by not having its methods', {} as LoggerLike],
    ['by a child that is none', { ...all, child: () => undefined as never }],
    ['later', loggerOf(down)],
    ['later, in its child', loggerOf(down, { child: () => loggerOf(down) })],
    ['later, with a custom thenable', loggerOf(thenable)],
  ])('%s', async (_name, logger) => {
    const bound = bindLogger(logger, bindings)
    for (const level of levels) {
      bound[level]('Line.')
      bound[level]('Line.', { step: 1 })
    }
    for (let turn = 0; turn < 3; turn++) await new Promise((resolve) => setImmediate(resolve))
    expect(onUnhandled).not.toHaveBeenCalled()
  })
})
