import { JobCancelledError } from '@cgk-platform/jobs-core/errors'
import { type JobErrorInfo, type Json, toErrorInfo } from '@cgk-platform/jobs-core/provider'

import { readCompletedRecord, readFailedRecord, readInngestError } from './attempt-record.ts'
import type { IncomingEvent } from './inngest-event.ts'
import { sha1 } from './sha1.ts'
import { jobEndName, jobCheckName } from './step-names.ts'
import { type EndedStep, readStepRecord } from './step-record.ts'

/** The result of a job that a workflow step ran. */
export type JobEnd = { readonly output?: Json } | { readonly error: JobErrorInfo }

/** Returns how a job ended, from the stored results of the step that ran it. */
export function jobEndIn(ended: ReadonlyMap<string, EndedStep>, key: string, jobId: string): JobEnd | undefined {
  for (let turn = 0; ; turn++) {
    const event = dataOf(ended.get(sha1(jobEndName(key, turn).id)))
    if (isRestarted(event)) continue
    const end = readJobEnd(event, jobId)
    if (end) return end
    const check = ended.get(sha1(jobCheckName(key, turn).id))
    const { output } = readStepRecord(dataOf(check)) ?? {}
    const checkedEnd = (output as { readonly end?: JobEnd | null } | undefined)?.end
    if (checkedEnd) return checkedEnd
    if (!check) return undefined
  }
}

/** Returns true for an `inngest/function.finished` event of a run that another one continues. */
export function isRestarted(data: unknown): boolean {
  const { data: eventData } = (data ?? {}) as IncomingEvent
  return readCompletedRecord((eventData as { result?: unknown } | undefined)?.result)?.restart !== undefined
}

/** Reads how a run ended from Inngest's `inngest/function.finished` event; `undefined` if another one continues it. */
export function readJobEnd(data: unknown, jobId: string): JobEnd | undefined {
  if (typeof data !== 'object' || data === null || isRestarted(data)) return undefined
  const { data: eventData } = data as IncomingEvent
  const { _inngest, result, error } = (eventData ?? {}) as {
    _inngest?: { status?: string }
    result?: unknown
    error?: unknown
  }
  const status = _inngest?.status
  if (status === 'Cancelled') return { error: toErrorInfo(new JobCancelledError({ jobId })) }
  if (status === 'Failed' || error !== undefined) {
    return { error: (readFailedRecord(result) ?? readFailedRecord(error))?.error ?? readInngestError(error ?? result) }
  }
  const { output } = readCompletedRecord(result) ?? { output: (result ?? undefined) as Json | undefined }
  return { ...(output !== undefined && { output }) }
}

function dataOf(ended: EndedStep | undefined): unknown {
  return ended?.type === 'data' ? ended.data : undefined
}
