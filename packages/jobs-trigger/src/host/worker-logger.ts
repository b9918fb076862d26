import type { LoggerLike } from '@cgk-platform/jobs-core'
import { logger } from '@trigger.dev/sdk'

type Level = 'debug' | 'info' | 'warn' | 'error'

/** Creates a logger that writes to the current run's log in the dashboard. Nobody reads a worker's terminal. */
export function createWorkerLogger(): LoggerLike {
  const write =
    (level: Level) =>
    (message: unknown, fields?: unknown): void =>
      logger[level](String(message), fields as Record<string, unknown> | undefined)
  return { debug: write('debug'), info: write('info'), warn: write('warn'), error: write('error') }
}
