import { afterEach, beforeEach, describe, expect, test, vi } from 'vitest'

import { createDefaultLogger } from './default-logger.ts'
import { type LogLevel } from './logger.ts'

const levels: readonly LogLevel[] = ['debug', 'info', 'warn', 'error']
let lines: string[]

beforeEach(() => {
  lines = []
})
afterEach(() => {
  vi.unstubAllEnvs()
  vi.restoreAllMocks()
})

/** Creates a default logger that writes to `lines`. */
const loggerOf = (readable: boolean) =>
  createDefaultLogger({
    readable,
    level: 'debug',
    now: () => new Date('2026-03-01T12:00:00.123Z'),
    write: (_level, line) => void lines.push(line),
  })

const jsonOf = (message: string, fields: object): unknown => {
  loggerOf(false).info(message, fields)
  return JSON.parse(lines.at(-1)!)
}

describe('the level', () => {
  const writtenAt = (): LogLevel[] => {
    const written: LogLevel[] = []
    const logger = createDefaultLogger({ readable: false, write: (level) => void written.push(level) })
    for (const level of levels) logger[level]('Line.')
    return written
  }

  test.each([
    [undefined, ['info', 'warn', 'error']],
    ['debug', ['debug', 'info', 'warn', 'error']],
    ['info', ['info', 'warn', 'error']],
    ['warn', ['warn', 'error']],
    ['error', ['error']],
    ['silent', []],
    ['', ['info', 'warn', 'error']],
  ])('JOB_LOG_LEVEL=%s writes %j', (level, written) => {
    vi.stubEnv('JOB_LOG_LEVEL', level)
    expect(writtenAt()).toEqual(written)
  })

  test.each(['verbose', 'INFO', 'warning', ' debug'])(
    'JOB_LOG_LEVEL=%j is refused with the accepted values',
    (level) => {
      vi.stubEnv('JOB_LOG_LEVEL', level)
      expect(writtenAt).toThrow(
        expect.objectContaining({
          code: 'invalid_option',
          message: `\`JOB_LOG_LEVEL\` is \`${level}\`, which is not a level. Set it to \`debug\`, \`info\`, \`warn\`, \`error\` or \`silent\`.`,
        }),
      )
    },
  )
})

describe('a JSON line', () => {
  test('is one object with time, level, message and the fields', () => {
    const fields = { jobId: 'job_1', nested: { list: [1, null] } }
    loggerOf(false).warn('Went\non.', fields)
    expect(lines[0]).not.toContain('\n')
    expect(JSON.parse(lines[0]!)).toEqual({
      time: '2026-03-01T12:00:00.123Z',
      level: 'warn',
      message: 'Went\non.',
      ...fields,
    })
  })

  test('hides no characters', () => {
    const written: string[] = []
    createDefaultLogger({ readable: false, write: (_level, line) => void written.push(line) }).info('a\u202e', {
      id: '\u009b\u{e0100}',
    })
    expect(written[0]).toContain(String.raw`"message":"a\u202e","id":"\u009b\udb40\udd00"`)
  })

  test('removes cycles and writes a BigInt as a string', () => {
    const self: Record<string, unknown> = { total: 10n }
    self['self'] = self
    expect(jsonOf('Line.', { self })).toMatchObject({ self: { total: '10', self: '[seen above]' } })
  })
})

test('the stacks of a line have no frames of the library, and the error keeps them', () => {
  const stackOf = (title: string) =>
    `${title}\n    at handler (/app/jobs.ts:9:30)\n    at call (/app/node_modules/@cgk-platform/jobs-core/dist/index.js:1:1)`
  const cause = Object.assign(new Error('Deep.'), { stack: stackOf('Error: Deep.') })
  const error = Object.assign(new Error('No.', { cause }), { stack: stackOf('Error: No.') })
  expect(jsonOf('Failed.', { error })).toMatchObject({
    error: {
      stack: 'Error: No.\n    at handler (/app/jobs.ts:9:30)',
      cause: { stack: 'Error: Deep.\n    at handler (/app/jobs.ts:9:30)' },
    },
  })
  loggerOf(true).error('Failed.', { error })
  expect(lines.at(-1)).not.toContain('@cgk-platform')
  expect(error.stack).toBe(stackOf('Error: No.'))
})

describe('a readable line', () => {
  const readable = (message: string, fields: object): string => {
    loggerOf(true).info(message, fields)
    return lines.at(-1)!
  }

  test('has the time, the level, the message and the fields', () => {
    const fields = { jobId: 'job_1', attempt: 2, note: 'two words', ok: true, list: [1, 'a'], none: null, empty: '' }
    expect(readable('Began.', fields)).toBe(
      '12:00:00.123 info  Began. jobId=job_1 attempt=2 note="two words" ok=true list=[1,"a"] none=null empty=""',
    )
  })

  test('has an error on separate lines, with its causes', () => {
    const error = new TypeError('No.', { cause: new RangeError('Deep.') })
    const [first, ...rest] = readable('Failed.', { error, jobId: 'job_1' }).split('\n')
    expect(first).toBe('12:00:00.123 info  Failed. jobId=job_1')
    expect(rest[0]).toBe('  TypeError: No.')
    expect(rest.join('\n')).toMatch(/\n {2}caused by:\n {2}RangeError: Deep\./)
    expect(rest.every((line) => line.startsWith('  '))).toBe(true)
  })

  test.each<[error: unknown, text: string]>([
    [{ name: 'Error', message: 'Told.' }, '\n  Error: Told.'],
    ['a text', ' error="a text"'],
    [5, ' error=5'],
    [null, ' error=null'],
    [{ reason: 'odd' }, ' error={"reason":"odd"}'],
    [undefined, ''],
  ])('accepts any value as an error: %j', (error, text) => {
    expect(readable('Failed.', { error })).toBe(`12:00:00.123 info  Failed.${text}`)
  })

  test('shows all of a text: it hides nothing, does not steer the terminal, and looks like one line', () => {
    const error = { name: 'Error', message: 'm', stack: 'Error: \u202em\n    at \u001b[2J' }
    expect(readable('Be\u200bgan.\n12:00 warn', { id: 'a\u001b[2J\ufe0f', error })).toBe(
      String.raw`12:00:00.123 info  Be\u{200b}gan.` +
        String.raw`${'\n'}  12:00 warn id=a\u{1b}[2J\u{fe0f}` +
        String.raw`${'\n'}  Error: \u{202e}m${'\n'}      at \u{1b}[2J`,
    )
  })

  test('removes cycles and writes a BigInt as a string', () => {
    const self: Record<string, unknown> = { total: 10n }
    self['self'] = self
    expect(readable('Line.', { self, big: 5n })).toMatch(/self=\{"total":"10","self":"\[seen above\]"\} big=5$/)
  })
})

describe('the output', () => {
  /** Marks a stream as a terminal or not. Returns a function that restores it. */
  const setTerminal = (name: 'stdout' | 'stderr', isTTY: boolean): (() => void) => {
    const before = Object.getOwnPropertyDescriptor(process[name], 'isTTY')
    Object.defineProperty(process[name], 'isTTY', { value: isTTY, configurable: true })
    return () => {
      if (before) Object.defineProperty(process[name], 'isTTY', before)
      else Reflect.deleteProperty(process[name], 'isTTY')
    }
  }

  test('is stderr for every level: stdout belongs to the program', () => {
    const others = (['debug', 'info', 'log', 'warn'] as const).map((name) => vi.spyOn(console, name))
    const write = vi.spyOn(console, 'error').mockImplementation(() => undefined)
    const logger = createDefaultLogger({ level: 'debug' })
    for (const level of levels) logger[level](`At ${level}.`)
    expect(write.mock.calls).toEqual(levels.map((level) => [expect.stringContaining(`At ${level}.`)]))
    for (const other of others) expect(other).not.toHaveBeenCalled()
  })

  test.each([
    [true, /^\d\d:\d\d:\d\d\.\d{3} info {2}Began\.$/],
    [false, /^\{"time":.*"message":"Began\."\}$/],
  ])('is readable only if stderr is a terminal (%s), regardless of stdout', (isTTY, text) => {
    const write = vi.spyOn(console, 'error').mockImplementation(() => undefined)
    const restore = [setTerminal('stderr', isTTY), setTerminal('stdout', !isTTY)]
    createDefaultLogger({ level: 'info' }).info('Began.')
    for (const compensation of restore) compensation()
    expect(write.mock.calls[0]?.[0]).toMatch(text)
  })
})
