import { RequestFailedError, StepRecordsTooLargeError } from '@cgk-platform/jobs-core'
import {
  type JobErrorInfo,
  type Json,
  type Clock,
  pause,
  requestTimeoutMs,
  type StepRecord,
  toErrorInfo,
  type WorkflowRecord,
} from '@cgk-platform/jobs-core/provider'

import type { TriggerApi } from '../api/trigger-api.ts'
import { type AttemptRecord, recordKey } from '../wire/run-record.ts'
import { type NumberedRecord, readWorkflowRecord, workflowKey } from '../wire/workflow-metadata.ts'
import { bytesOf, toKeptRecord } from './kept-record.ts'

/** What a run's metadata can have; the server refuses more, and drops it where it comes with an attempt's end. */
const maxMetadataBytes = 256 * 1024
/** What is left for the record of the attempt, with its error. */
const attemptBytes = 68 * 1024
/** An attempt of a step that takes no longer is not told of before its end. */
const noteAfterMs = 100
/** How long a server that is away is asked again. */
const patienceMs = 60_000
const mostPauseMs = 5000

/** Keeps the records of a run's steps in its metadata. */
export interface RecordKeeper {
  readonly record: WorkflowRecord
  /** Keeps everything as it is now. Those who ask together share a request. */
  save(step?: StepRecord): Promise<void>
  /** Shows soon what may be lost. */
  note(): void
  /** Keeps what is only noted yet, and sees that it stays where a request before may have come after it. */
  settle(): Promise<void>
  /** Fails a step that was answered with more than there is room for. */
  checkAnswer(step: StepRecord): void
}

/** What records are kept with. */
export interface KeeperParts {
  readonly runId: string
  readonly record: WorkflowRecord
  /** The record of the attempt, which is told with the first request. */
  readonly begun: AttemptRecord
  readonly api: Pick<TriggerApi, 'setMetadata' | 'retrieve'>
  readonly clock: Clock
  readonly signal: AbortSignal
  /** What is in the run's metadata besides, as handlers put it there. */
  readonly metadata: () => Readonly<Record<string, unknown>> | undefined
}

/**
 * Keeps records by requests of its own: the SDK tells nobody when one of its failed, and puts what the server answers in
 * the place of what was set meanwhile.
 */
export function createRecordKeeper(parts: KeeperParts): RecordKeeper {
  const { runId, begun, api, clock, signal } = parts
  const record: NumberedRecord = parts.record
  /** Steps whose results there is no room for: kept as failed, so that nobody goes on from them. */
  const lost = new Map<string, JobErrorInfo>()
  let isTold = false
  let isNoted = true
  /** True where a try was given up, which may come after what was kept since. */
  let isDoubtful = false
  let writing: Promise<void> | undefined
  let next: Promise<void> | undefined

  const limitBytes = (): number => {
    const { [workflowKey]: _, [recordKey]: __, ...own } = parts.metadata() ?? {}
    return maxMetadataBytes - attemptBytes - bytesOf(own)
  }
  const put = async (): Promise<void> => {
    isNoted = false
    const askedAt = clock.now()
    record.saves = (record.saves ?? 0) + 1
    const kept = toKeptRecord(record, lost)
    const isTight = kept.bytes > limitBytes()
    const values: Record<string, Json> = {
      [workflowKey]: isTight ? toKeptRecord(record, lost, 'short').value : kept.value,
    }
    if (!isTold) values[recordKey] = begun as unknown as Json
    try {
      await untilTaken(() => api.setMetadata(runId, values), clock, signal)
      isTold = true
    } catch (error) {
      isNoted = true
      throw error
    } finally {
      isDoubtful ||= clock.now() - askedAt >= requestTimeoutMs
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
  const checkKept = async (): Promise<void> => {
    const run = await api.retrieve(`read the metadata of the run ${runId}`, runId)
    isDoubtful = false
    const { saves = 0 } = readWorkflowRecord(run?.metadata) ?? {}
    if (run && saves < record.saves!) await write()
  }
  const excess = ({ key }: StepRecord): StepRecordsTooLargeError | undefined => {
    const { bytesCompensated } = toKeptRecord(record, lost)
    if (bytesCompensated <= limitBytes()) return undefined
    return new StepRecordsTooLargeError({ stepId: key, bytes: bytesCompensated, limitBytes: limitBytes() })
  }
  const isFull = (error: unknown): boolean => RequestFailedError.isInstance(error) && error.status === 413

  const keeper: RecordKeeper = {
    record,
    async save(step) {
      const error = step && !record.failure ? excess(step) : undefined
      if (error) {
        lost.set(step!.key, toErrorInfo(error))
        throw error
      }
      try {
        await write()
      } catch (cause) {
        if (!step || !isFull(cause)) throw cause
        const { bytes } = toKeptRecord(record, lost)
        // A server of one's own may have another limit. What a step did that is to be compensated stays known.
        const refused = new StepRecordsTooLargeError({ stepId: step.key, bytes, limitBytes: bytes - 1 })
        refused.cause = cause
        if (!record.failure) lost.set(step.key, toErrorInfo(refused))
        throw refused
      }
    },
    note() {
      isNoted = true
      clock.setTimer(noteAfterMs, () => {
        if (isNoted) write().catch(() => undefined) // what is lost here the next one tells
      })
    },
    async settle() {
      await (isNoted || next ? write() : writing)
      if (isDoubtful) await checkKept()
    },
    checkAnswer(step) {
      const error = excess(step)
      if (!error) return
      delete step.output
      step.state = 'failed'
      step.error = toErrorInfo(error)
    },
  }
  keeper.note()
  return keeper
}

/** Asks until it is taken: code must not go on with a step that is not kept. */
async function untilTaken(request: () => Promise<void>, clock: Clock, signal: AbortSignal): Promise<void> {
  const until = clock.now() + patienceMs
  for (let pauseMs = 500; ; pauseMs = Math.min(2 * pauseMs, mostPauseMs)) {
    try {
      return await request()
    } catch (error) {
      const { status = 500 } = error as { status?: number }
      const isPassing = RequestFailedError.isInstance(error) && (status >= 500 || status === 408 || status === 429)
      if (!isPassing || signal.aborted || clock.now() + pauseMs > until) throw error
    }
    await pause(clock, pauseMs)
  }
}
