import { callSafely } from '../runtime/call-safely.ts'
import { kindOf } from '../options/kind-of.ts'
import { custom } from '../options/kinds.ts'
import type { Option } from '../options/option.ts'

/** The fields of a log line. */
export type LogFields = Readonly<Record<string, unknown>>

/** The logger of a job. Each method takes a message, then fields. */
export interface Logger {
  /** Logs details for debugging. */
  debug(message: string, fields?: LogFields): void
  /** Logs normal events. */
  info(message: string, fields?: LogFields): void
  /** Logs a problem that the program handles. */
  warn(message: string, fields?: LogFields): void
  /** Logs a permanent failure. */
  error(message: string, fields?: LogFields): void
}

/** A log level, from the least important. */
export type LogLevel = 'debug' | 'info' | 'warn' | 'error'

/**
 * A logger of your app. With a `child` method it is called like pino: `child(bindings)`, then `(fields, message)`.
 * Without `child` it is called like the console: `(message, fields)`.
 */
export interface LoggerLike {
  /** Logs details for debugging. */
  debug(...line: unknown[]): unknown
  /** Logs normal events. */
  info(...line: unknown[]): unknown
  /** Logs a problem that the program handles. */
  warn(...line: unknown[]): unknown
  /** Logs a permanent failure. */
  error(...line: unknown[]): unknown
  /** Returns a logger that adds these fields to every line. Without `child`, the fields are passed with each line. */
  child?(bindings: Record<string, unknown>): LoggerLike
  /** Returns false to skip lines of this level. */
  isLevelEnabled?(level: string): boolean
}

/** The declaration of `logger`. */
export const loggerOption: Option<LoggerLike, LoggerLike> = custom((logger, name, createError) => {
  for (const level of ['debug', 'info', 'warn', 'error'] as const) {
    const method: unknown = (logger as Partial<LoggerLike> | null)?.[level]
    if (typeof method === 'function') continue
    const problem = method === undefined ? 'is missing' : `is ${kindOf(method)}, not a function`
    throw createError(
      `${name}.${level}`,
      problem,
      'Pass a logger with the methods `debug`, `info`, `warn` and `error`, or omit it.',
    )
  }
  return logger
})

/**
 * Creates a logger that adds `bindings` to every line. Errors of the underlying logger are ignored: logging never fails
 * a job.
 */
export function bindLogger(logger: LoggerLike, bindings: LogFields): Logger {
  const child = childOf(logger, bindings)
  const write = (level: LogLevel, message: string, fields: LogFields | undefined): void => {
    // There is nowhere to report its errors.
    callSafely(() => {
      if (logger.isLevelEnabled && !logger.isLevelEnabled(level)) return undefined
      // Bindings come last: a field must not replace the ids of the job.
      if (!child) return logger[level](message, { ...bindings, ...fields, ...bindings })
      return fields ? child[level]({ ...fields, ...bindings }, message) : child[level](message)
    })
  }
  return {
    debug: (message, fields) => write('debug', message, fields),
    info: (message, fields) => write('info', message, fields),
    warn: (message, fields) => write('warn', message, fields),
    error: (message, fields) => write('error', message, fields),
  }
}

/** Returns false if a logger skips lines of this level. */
export function isLogged(logger: LoggerLike, level: LogLevel): boolean {
  try {
    return !logger.isLevelEnabled || logger.isLevelEnabled(level)
  } catch {
    return false
  }
}

/** Returns a logger that is bound when its first line is written. Most attempts write none. */
export function lazyLogger(source: { readonly bound: Logger }): Logger {
  return {
    debug: (message, fields) => source.bound.debug(message, fields),
    info: (message, fields) => source.bound.info(message, fields),
    warn: (message, fields) => source.bound.warn(message, fields),
    error: (message, fields) => source.bound.error(message, fields),
  }
}

/** Adds bindings to a bound logger. Cheaper than `bindLogger` for loggers that are created often and log rarely. */
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
    return undefined // lines can still be logged without it
  }
}
