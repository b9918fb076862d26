import type { LoggerLike } from '@cgk-platform/jobs-core'

import { record } from '../../kit/journal.ts'

const write =
  (level: string) =>
  (message: unknown, fields: unknown): void =>
    record('logged', { level, message, ...(fields as object) })

/** Writes log lines with their bound fields into the journal. */
export const journalLogger: LoggerLike = {
  debug: () => undefined,
  info: write('info'),
  warn: write('warn'),
  error: write('error'),
}
