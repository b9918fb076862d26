import { RequestFailedError, StepRecordsTooLargeError } from '@cgk-platform/jobs-core/errors'
import { requestTimeoutMs } from '@cgk-platform/jobs-core/hosted'
import {
  type JobErrorInfo,
  type Json,
  type Clock,
  pause,
  type StepRecord,
  toErrorInfo,
  type WorkflowRecord,
} from '@cgk-platform/jobs-core/provider'

import type { TriggerApi } from '../api/trigger-api.ts'
import { type AttemptRecord, recordKey } from '../wire/run-record.ts'
import { type NumberedRecord, readWorkflowRecord, workflowKey } from '../wire/workflow-metadata.ts'
import { jsonBytes, toStoredRecord } from './stored-record.ts'

/** Maximum size of a run's metadata. The server rejects more, and drops it silently at the end of an attempt. */
const maxMetadataBytes = 256 * 1024
/** Space reserved for the record of the attempt, with its error. */
const attemptBytes = 68 * 1024
/** Delay of a scheduled save. The start of a shorter step attempt is saved only with its end. */
const scheduledSaveMs = 100
/** Time limit for retries of a save while the server is unreachable, in milliseconds. */
const saveTimeoutMs = 60_000
const maxPauseMs = 5000

/** Stores the records of a run's steps in its metadata. */
export interface RecordStore {
  readonly record: WorkflowRecord
  /** Saves the current record. Concurrent calls share a request. */
  save(step?: StepRecord): Promise<void>
  /** Saves the record soon, without a guarantee. */
  scheduleSave(): void
  /** Saves scheduled changes. If an earlier request timed out, also checks that it has not overwritten newer data. */
  flush(): Promise<void>
  /** Fails a step whose wait result does not fit. */
  checkResult(step: StepRecord): void
}

/** Services and initial values of a record store. */
export interface RecordStoreOptions {
  readonly runId: string
  readonly record: WorkflowRecord
  /** The record of the attempt, which the first request also saves. */
  readonly begun: AttemptRecord
  readonly api: Pick<TriggerApi, 'setMetadata' | 'retrieve'>
  readonly clock: Clock
  readonly signal: AbortSignal
  /** Returns the run's current metadata, with the values that handlers have set. */
  readonly metadata: () => Readonly<Record<string, unknown>> | undefined
}

/**
 * Creates a record store. It sends its own requests, because the SDK does not report a failed request and overwrites
 * values set during a request with the server's response.
 */
export function createRecordStore(options: RecordStoreOptions): RecordStore {
  const { runId, begun, api, clock, signal } = options
  const record: NumberedRecord = options.record
  /** Errors of steps whose results do not fit. They are stored as failed, so no later replay uses the result. */
  const oversized = new Map<string, JobErrorInfo>()
  let isAttemptSaved = false
  let hasUnsaved = true
  /** True if a request timed out: it may still arrive after newer ones. */
  let mayBeOverwritten = false
  let writing: Promise<void> | undefined
  let next: Promise<void> | undefined

  const limitBytes = (): number => {
    const { [workflowKey]: _, [recordKey]: __, ...own } = options.metadata() ?? {}
    return maxMetadataBytes - attemptBytes - jsonBytes(own)
  }
  const put = async (): Promise<void> => {
    hasUnsaved = false
    const requestedAt = clock.now()
    record.saves = (record.saves ?? 0) + 1
    const stored = toStoredRecord(record, oversized)
    const isTooLarge = stored.bytes > limitBytes()
    const values: Record<string, Json> = {
      [workflowKey]: isTooLarge ? toStoredRecord(record, oversized, 'short').value : stored.value,
    }
    if (!isAttemptSaved) values[recordKey] = begun as unknown as Json
    try {
      await retryUntilAccepted(() => api.setMetadata(runId, values), clock, signal)
      isAttemptSaved = true
    } catch (error) {
      hasUnsaved = true
      throw error
    } finally {
      mayBeOverwritten ||= clock.now() - requestedAt >= requestTimeoutMs
    }
  }
  const write = (): Promise<void> => {
    next ??= (writing ?? clock.yield())
      .catch(() => undefined)
      .then(async () => {
        next = undefined
        writing = put().finally(() => (writing = undefined))
        return writing
      })
    return next
  }
  const checkSaved = async (): Promise<void> => {
    const run = await api.retrieve(`read the metadata of the run ${runId}`, runId)
    mayBeOverwritten = false
    const { saves = 0 } = readWorkflowRecord(run?.metadata) ?? {}
    if (run && saves < record.saves!) await write()
  }
  const sizeError = ({ key }: StepRecord): StepRecordsTooLargeError | undefined => {
    const { bytesCompensated } = toStoredRecord(record, oversized)
    if (bytesCompensated <= limitBytes()) return undefined
    return new StepRecordsTooLargeError({ stepId: key, bytes: bytesCompensated, limitBytes: limitBytes() })
  }
  const isTooLargeResponse = (error: unknown): boolean => RequestFailedError.isInstance(error) && error.status === 413

  const store: RecordStore = {
    record,
    async save(step) {
      const error = step && !record.failure ? sizeError(step) : undefined
      if (error) {
        oversized.set(step!.key, toErrorInfo(error))
        throw error
      }
      try {
        await write()
      } catch (cause) {
        if (!step || !isTooLargeResponse(cause)) throw cause
        const { bytes } = toStoredRecord(record, oversized)
        // A self-hosted server may have a lower limit. During compensation, the result of the step must stay.
        const rejected = new StepRecordsTooLargeError({ stepId: step.key, bytes, limitBytes: bytes - 1 })
        rejected.cause = cause
        if (!record.failure) oversized.set(step.key, toErrorInfo(rejected))
        throw rejected
      }
    },
    scheduleSave() {
      hasUnsaved = true
      clock.setTimer(scheduledSaveMs, () => {
        if (hasUnsaved) write().catch(() => undefined) // the next save includes these changes
      })
    },
    async flush() {
      await (hasUnsaved || next ? write() : writing)
      if (mayBeOverwritten) await checkSaved()
    },
    checkResult(step) {
      const error = sizeError(step)
      if (!error) return
      delete step.output
      step.state = 'failed'
      step.error = toErrorInfo(error)
    },
  }
  store.scheduleSave()
  return store
}

/** Retries a request until the server accepts it: code must not continue after a step that is not saved. */
async function retryUntilAccepted(request: () => Promise<void>, clock: Clock, signal: AbortSignal): Promise<void> {
  const until = clock.now() + saveTimeoutMs
  for (let pauseMs = 500; ; pauseMs = Math.min(2 * pauseMs, maxPauseMs)) {
    try {
      return await request()
    } catch (error) {
      const { status = 500 } = error as { status?: number }
      const isTransient = RequestFailedError.isInstance(error) && (status >= 500 || status === 408 || status === 429)
      if (!isTransient || signal.aborted || clock.now() + pauseMs > until) throw error
    }
    await pause(clock, pauseMs)
  }
}
