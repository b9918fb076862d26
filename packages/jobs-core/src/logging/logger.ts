/** Facts that belong to a line. */
export type LogFields = Readonly<Record<string, unknown>>

/** What a job logs through: a message, then the facts. */
export interface Logger {
  debug(message: string, fields?: LogFields): void
  info(message: string, fields?: LogFields): void
  warn(message: string, fields?: LogFields): void
  error(message: string, fields?: LogFields): void
}

/** A level of a line, least important first. */
export type LogLevel = 'debug' | 'info' | 'warn' | 'error'

/**
 * A logger of yours: pino and everything with its `child(bindings)` and `(fields, message)`, or the console and
 * everything that takes `(message, fields)`.
 */
export interface LoggerLike {
  debug(...line: unknown[]): void
  info(...line: unknown[]): void
  warn(...line: unknown[]): void
  error(...line: unknown[]): void
  child?(bindings: Record<string, unknown>): LoggerLike
  /** Where it says no, a line is not even put together. */
  isLevelEnabled?(level: string): boolean
}

/** A logger whose every line carries `bindings`. A logger that throws is passed over: it never breaks a job. */
export function bindLogger(logger: LoggerLike, bindings: LogFields): Logger {
  const child = childOf(logger, bindings)
  const write = (level: LogLevel, message: string, fields: LogFields | undefined): void => {
    try {
      if (logger.isLevelEnabled && !logger.isLevelEnabled(level)) return
      if (!child) logger[level](message, { ...bindings, ...fields })
      else if (fields) child[level](fields, message)
      else child[level](message)
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

function childOf(logger: LoggerLike, bindings: LogFields): LoggerLike | undefined {
  try {
    return logger.child?.({ ...bindings })
  } catch {
    return undefined // its lines may still be written
  }
}
