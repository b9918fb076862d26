import type { LoggerLike } from '@cgk-platform/jobs-core'
import type { LogLevel } from '@cgk-platform/jobs-core/tools'

/** A log line. */
export interface RecordedLine {
  readonly level: LogLevel
  readonly message: string
  readonly fields: Readonly<Record<string, unknown>>
}

/** A logger that stores its lines for a test. */
export interface RecordedLogger extends LoggerLike {
  readonly lines: readonly RecordedLine[]
  /** Returns the messages of one level, oldest first. */
  messages(level: LogLevel): string[]
}

/** Creates a logger without lines. */
export function createRecordedLogger(): RecordedLogger {
  const lines: RecordedLine[] = []
  const write =
    (level: LogLevel) =>
    (message: unknown, fields: unknown = {}): void => {
      lines.push({ level, message: String(message), fields: fields as Record<string, unknown> })
    }
  return {
    lines,
    messages: (level) => lines.filter((line) => line.level === level).map(({ message }) => message),
    debug: write('debug'),
    info: write('info'),
    warn: write('warn'),
    error: write('error'),
  }
}
