import { defineBatchJob, type Definition, type JobEvent, type BatchJobOptions } from '@cgk-platform/jobs-core'

import { performScript, reportFailure } from './perform-script.ts'
import type { Script, ScriptPayload } from './script.ts'

type Options = Pick<
  BatchJobOptions<JobEvent, unknown>,
  'maxSize' | 'maxWait' | 'retry' | 'timeout' | 'concurrency' | 'throttle'
>

/** Defines a batch job that performs the script of each event. Each entry of the journal has the ids of its batch. */
export function defineBatched(name: string, options: Options): Definition {
  const id = `conformance-${name}`
  return defineBatchJob<JobEvent>({
    id,
    event: `conformance.${name}` as JobEvent,
    ...options,
    handler: (events, context) => {
      const batch = events.map((event) => event.id)
      const { tenantId, logger, signal } = context
      return Promise.all(
        events.map(async (event) => {
          const { id: jobId, runId, attempt, maxAttempts } = event
          const script = scriptOf(event)
          const ids = { jobId, runId, attempt, maxAttempts, tenantId }
          try {
            return await performScript(id, script, { ...ids, logger, signal }, { batch })
          } catch (error) {
            if (script.failsBatch) throw error
            context.fail(event, error)
            return undefined
          }
        }),
      )
    },
    onFailure: (error, event, context) => reportFailure(id, scriptOf(event), error, context, { event: event.id }),
  })
}

function scriptOf({ payload }: { readonly payload: unknown }): Script {
  return (payload as ScriptPayload).script ?? {}
}
