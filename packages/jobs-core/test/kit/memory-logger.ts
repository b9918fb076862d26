import type { LoggerLike, LogLevel } from '../../src/logging/logger.ts'

/** One logged line. */
export interface LoggedLine {
  readonly level: LogLevel
  readonly message: string
  readonly fields: Record<string, unknown>
}

/** Creates a logger that stores its lines. */
export function createMemoryLogger(): { logger: LoggerLike; lines: LoggedLine[] } {
  const lines: LoggedLine[] = []
  const write =
    (level: LogLevel) =>
    (message: unknown, fields: unknown = {}): void => {
      lines.push({ level, message: String(message), fields: fields as Record<string, unknown> })
    }
  return { lines, logger: { debug: write('debug'), info: write('info'), warn: write('warn'), error: write('error') } }
}
