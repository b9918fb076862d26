import { JobCancelledError } from '@cgk-platform/jobs-core'
import { type JobErrorInfo, type Json, toErrorInfo } from '@cgk-platform/jobs-core/provider'

import { readCompletedRecord, readFailedRecord, readForeignError } from './attempt-record.ts'
import type { IncomingEvent } from './inngest-event.ts'
import { sha1 } from './sha1.ts'
import { endName, lookName } from './step-names.ts'
import { type EndedStep, readStepRecord } from './step-record.ts'

/** How a job ended, as a step that ran it is told. */
export type JobEnd = { readonly output?: Json } | { readonly error: JobErrorInfo }

/** How a job ended, by what was kept of a step that ran it. */
export function endIn(ended: ReadonlyMap<string, EndedStep>, key: string, jobId: string): JobEnd | undefined {
  for (let turn = 0; ; turn++) {
    const end = readJobEnd(dataOf(ended.get(sha1(endName(key, turn).id))), jobId)
    if (end) return end
    const looked = ended.get(sha1(lookName(key, turn).id))
    const { output } = readStepRecord(dataOf(looked)) ?? {}
    const told = (output as { readonly end?: JobEnd | null } | undefined)?.end
    if (told) return told
    if (!looked) return undefined
  }
}

/** How a run ended, as the event tells that Inngest sends then. */
export function readJobEnd(data: unknown, jobId: string): JobEnd | undefined {
  if (typeof data !== 'object' || data === null) return undefined
  const { data: told } = data as IncomingEvent
  const { _inngest, result, error } = (told ?? {}) as {
    _inngest?: { status?: string }
    result?: unknown
    error?: unknown
  }
  const status = _inngest?.status
  if (status === 'Cancelled') return { error: toErrorInfo(new JobCancelledError({ jobId })) }
  if (status === 'Failed' || error !== undefined) {
    return { error: (readFailedRecord(result) ?? readFailedRecord(error))?.error ?? readForeignError(error ?? result) }
  }
  const { output } = readCompletedRecord(result) ?? { output: (result ?? undefined) as Json | undefined }
  return { ...(output !== undefined && { output }) }
}

function dataOf(ended: EndedStep | undefined): unknown {
  return ended?.type === 'data' ? ended.data : undefined
}
