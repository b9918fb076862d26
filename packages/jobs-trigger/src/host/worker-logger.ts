import type { LoggerLike } from '@cgk-platform/jobs-core'
import { logger } from '@trigger.dev/sdk'

type Level = 'debug' | 'info' | 'warn' | 'error'

/** Logs into the run that is under way, as its dashboard shows it: what a worker writes to its terminal nobody reads. */
export function createWorkerLogger(): LoggerLike {
  const write =
    (level: Level) =>
    (message: unknown, fields?: unknown): void =>
      logger[level](String(message), fields as Record<string, unknown> | undefined)
  return { debug: write('debug'), info: write('info'), warn: write('warn'), error: write('error') }
}
