import { defineJob, type JobEvent, NonRetryableError, RetryAfterError } from '@cgk-platform/jobs-core'
import type { Work } from '@cgk-platform/test-kit/work'

import { record, waitForGate } from '../../kit/journal.ts'
import type { HandlerScript } from './handler-script.ts'

type Settings = Omit<Parameters<typeof defineJob<JobEvent, string>>[0], 'handler'>

/** Defines a job that records its calls and performs the script of its payload. */
export function defineRecordingJob(settings: Settings) {
  return defineJob({
    ...settings,
    async handler({ payload }, context) {
      const { jobId, attempt, signal } = context
      record('handled', { jobId, attempt, definition: settings.id })
      const { gate, throwIn, laterOf } = ((payload as Work).data ?? {}) as HandlerScript
      if (gate !== undefined) await waitForGate(gate, signal)
      if (laterOf === settings.id && attempt === 1) throw new RetryAfterError('not yet', '20m')
      if (throwIn?.includes(attempt)) throw new NonRetryableError('thrown by its script')
      return settings.id
    },
  })
}
