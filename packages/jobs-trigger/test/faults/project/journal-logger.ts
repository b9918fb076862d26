import type { LoggerLike } from '@cgk-platform/jobs-core'

import { note } from '../../kit/journal.ts'

const write =
  (level: string) =>
  (message: unknown, fields: unknown): void =>
    note('logged', { level, message, ...(fields as object) })

/** Writes lines into the journal, with what they are bound to. */
export const journalLogger: LoggerLike = {
  debug: () => undefined,
  info: write('info'),
  warn: write('warn'),
  error: write('error'),
}
