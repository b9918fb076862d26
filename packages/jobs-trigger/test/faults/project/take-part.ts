import { defineJob, NonRetryableError, RetryAfterError } from '@cgk-platform/jobs-core'

import { note, passGate } from '../../kit/journal.ts'
import type { Work } from '../../kit/work.ts'
import type { Act } from './act.ts'

type Settings = Omit<Parameters<typeof defineJob>[0], 'handler'>

/** A job that notes that it was called, and does what its payload says. */
export function defineNoting(settings: Settings) {
  return defineJob({
    ...settings,
    async handler({ payload }, context) {
      const { jobId, attempt, signal } = context
      note('handled', { jobId, attempt, definition: settings.id })
      const { gate, throwIn, laterOf } = ((payload as Work).data ?? {}) as Act
      if (gate !== undefined) await passGate(gate, signal)
      if (laterOf === settings.id && attempt === 1) throw new RetryAfterError('not yet', '40s')
      if (throwIn?.includes(attempt)) throw new NonRetryableError('as it was told')
      return settings.id
    },
  })
}
