import { afterEach, describe, expect, test, vi } from 'vitest'

import { bindLogger, type LoggerLike, type LogLevel } from './logger.ts'

const levels: readonly LogLevel[] = ['debug', 'info', 'warn', 'error']
const bindings = { jobId: 'job_1', attempt: 2 }

/** What pino does, as far as it matters: children carry bindings, fields come before the message, methods need `this`. */
class PinoLike implements LoggerLike {
  readonly lines: Record<string, unknown>[]
  private readonly bound: Record<string, unknown>
  private readonly least: LogLevel
  constructor({
    lines = [],
    bound = {},
    least = 'debug',
  }: Partial<Pick<PinoLike, 'lines'>> & { bound?: object; least?: LogLevel } = {}) {
    this.lines = lines
    this.bound = { ...bound }
    this.least = least
  }
  private write(level: LogLevel, line: unknown[]): void {
    if (!this.isLevelEnabled(level)) return
    const [first, second] = line
    if (typeof first === 'string') this.lines.push({ ...this.bound, level, msg: first })
    else this.lines.push({ ...this.bound, ...(first as object), level, msg: second })
  }
  debug(...line: unknown[]): void {
    this.write('debug', line)
  }
  info(...line: unknown[]): void {
    this.write('info', line)
  }
  warn(...line: unknown[]): void {
    this.write('warn', line)
  }
  error(...line: unknown[]): void {
    this.write('error', line)
  }
  isLevelEnabled(level: string): boolean {
    return levels.indexOf(level as LogLevel) >= levels.indexOf(this.least)
  }
  child(more: Record<string, unknown>): PinoLike {
    return new PinoLike({ lines: this.lines, bound: { ...this.bound, ...more }, least: this.least })
  }
}

afterEach(() => vi.restoreAllMocks())

describe('a bound logger', () => {
  test.each(levels)('carries the bindings on every line of pino, at level %s', (level) => {
    const pino = new PinoLike()
    const logger = bindLogger(pino, bindings)
    logger[level]('Began.')
    logger[level]('Went on.', { step: 1 })
    expect(pino.lines).toEqual([
      { jobId: 'job_1', attempt: 2, level, msg: 'Began.' },
      { jobId: 'job_1', attempt: 2, step: 1, level, msg: 'Went on.' },
    ])
  })

  test.each(levels)('carries the bindings on every line of the console, at level %s', (level) => {
    const write = vi.spyOn(console, level).mockImplementation(() => undefined)
    const logger = bindLogger(console, bindings)
    logger[level]('Began.')
    logger[level]('Went on.', { step: 1 })
    expect(write.mock.calls).toEqual([
      ['Began.', { jobId: 'job_1', attempt: 2 }],
      ['Went on.', { jobId: 'job_1', attempt: 2, step: 1 }],
    ])
  })

  test('puts no line together that the logger would drop', () => {
    let reads = 0
    const fields = {
      get costly() {
        return (reads += 1)
      },
    }
    const silent: LoggerLike = { ...console, isLevelEnabled: () => false }
    bindLogger(silent, bindings).debug('Dropped.', fields)
    expect(reads).toBe(0)
    const pino = new PinoLike({ least: 'warn' })
    for (const level of levels) bindLogger(pino, bindings)[level]('Line.')
    expect(pino.lines.map(({ level }) => level)).toEqual(['warn', 'error'])
  })
})

describe('a logger that throws breaks nothing', () => {
  const broken = (): never => {
    throw new Error('The disk is full.')
  }
  const all = { debug: broken, info: broken, warn: broken, error: broken }

  test.each<[name: string, logger: LoggerLike]>([
    ['in its methods', all],
    ['in the methods of its child', { ...all, child: () => all }],
    ['in `child` itself', { ...all, child: broken }],
    ['in `isLevelEnabled`', { ...console, isLevelEnabled: broken }],
    ['by not having its methods', {} as LoggerLike],
    ['by a child that is none', { ...all, child: () => undefined as never }],
  ])('%s', (_name, logger) => {
    const bound = bindLogger(logger, bindings)
    for (const level of levels) expect(() => bound[level]('Line.', { step: 1 })).not.toThrow()
  })
})
