import { kindOf } from '../options/kind-of.ts'
import { custom } from '../options/kinds.ts'
import type { Option } from '../options/option.ts'

/** Facts that belong to a line. */
export type LogFields = Readonly<Record<string, unknown>>

/** What a job logs through: a message, then the facts. */
export interface Logger {
  /** What helps to find a fault. */
  debug(message: string, fields?: LogFields): void
  /** What happened as it should. */
  info(message: string, fields?: LogFields): void
  /** What went wrong and is dealt with. */
  warn(message: string, fields?: LogFields): void
  /** What failed for good. */
  error(message: string, fields?: LogFields): void
}

/** A level of a line, least important first. */
export type LogLevel = 'debug' | 'info' | 'warn' | 'error'

/**
 * A logger of yours: pino and everything with its `child(bindings)` and `(fields, message)`, or the console and
 * everything that takes `(message, fields)`.
 */
export interface LoggerLike {
  /** Called as pino is where there is a `child`: fields, then a message. Otherwise a message, then fields. */
  debug(...line: unknown[]): unknown
  /** As `debug`, for what happened as it should. */
  info(...line: unknown[]): unknown
  /** As `debug`, for what went wrong and is dealt with. */
  warn(...line: unknown[]): unknown
  /** As `debug`, for what failed for good. */
  error(...line: unknown[]): unknown
  /** A logger whose every line has these fields besides. Without it they go with each line. */
  child?(bindings: Record<string, unknown>): LoggerLike
  /** Where it says no, a line is not even put together. */
  isLevelEnabled?(level: string): boolean
}

/** The logger of a client or a host. */
export const loggerOption: Option<LoggerLike, LoggerLike> = custom((logger, name, createError) => {
  for (const level of ['debug', 'info', 'warn', 'error'] as const) {
    const method: unknown = (logger as Partial<LoggerLike> | null)?.[level]
    if (typeof method === 'function') continue
    const problem = method === undefined ? 'is missing' : `is ${kindOf(method)}, not a function`
    throw createError(`${name}.${level}`, problem, 'Give a function, or leave the logger out.')
  }
  return logger
})

/** A logger whose every line carries `bindings`. A logger that throws is passed over: it never breaks a job. */
export function bindLogger(logger: LoggerLike, bindings: LogFields): Logger {
  const child = childOf(logger, bindings)
  const write = (level: LogLevel, message: string, fields: LogFields | undefined): void => {
    try {
      if (logger.isLevelEnabled && !logger.isLevelEnabled(level)) return
      // A fact that is named like a binding does not replace it: the lines of a job say whose they are.
      let written: unknown
      if (!child) written = logger[level](message, { ...bindings, ...fields, ...bindings })
      else if (fields) written = child[level]({ ...fields, ...bindings }, message)
      else written = child[level](message)
      if (typeof (written as PromiseLike<void> | undefined)?.then === 'function')
        Promise.resolve(written).catch(() => undefined)
    } catch {
      // Nowhere is left to say it.
    }
  }
  return {
    debug: (message, fields) => write('debug', message, fields),
    info: (message, fields) => write('info', message, fields),
    warn: (message, fields) => write('warn', message, fields),
    error: (message, fields) => write('error', message, fields),
  }
}

/** A bound logger with more bindings: as `bindLogger`, for what is made often and logs rarely. */
export function withFields(logger: Logger, bindings: LogFields): Logger {
  return {
    debug: (message, fields) => logger.debug(message, { ...fields, ...bindings }),
    info: (message, fields) => logger.info(message, { ...fields, ...bindings }),
    warn: (message, fields) => logger.warn(message, { ...fields, ...bindings }),
    error: (message, fields) => logger.error(message, { ...fields, ...bindings }),
  }
}

function childOf(logger: LoggerLike, bindings: LogFields): LoggerLike | undefined {
  try {
    return logger.child?.({ ...bindings })
  } catch {
    return undefined // its lines may still be written
  }
}
