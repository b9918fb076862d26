import type { EngineApi } from '../api/engine-api.ts'
import type { EngineEvent, EngineRun } from '../api/engine-shapes.ts'
import { readFailedRecord } from '../wire/attempt-record.ts'
import { readCompensationNote, compensationNoteId } from '../wire/compensation-note.ts'
import { hasEnded, readRootSpan, type TracedStep, tracedSteps } from './run-trace.ts'

/** The run that compensates one which Inngest has given up, as far as it has come. */
export interface CompensatingRun {
  readonly steps: readonly TracedStep[]
  readonly isEnded: boolean
}

/** Whether an error is our own word that a workflow has failed, and was compensated: not that of an attempt before the end. */
export function isToldFailure(error: unknown): boolean {
  const record = readFailedRecord(error)
  return record !== undefined && record.nextAttemptAt === undefined && record.workflow?.step === undefined
}

/** The run that compensates a failed one, where one does; of a run that said itself that it failed, nobody is asked. */
export async function readCompensating(api: EngineApi, run: EngineRun): Promise<CompensatingRun | undefined> {
  if (run.status !== 'FAILED' || isToldFailure(run.output?.['error'])) return undefined
  // The answer that there is no such event is cached by its address: a word never asked before avoids it.
  const r = Math.random().toString(36).slice(2)
  const path = `/v1/events/${compensationNoteId(run.id)}`
  const note = await api.get<{ data?: EngineEvent }>(`whether the run ${run.id} is compensated`, path, { r })
  const compensatedBy = readCompensationNote(note?.data ?? undefined)
  if (compensatedBy === undefined) return undefined
  const root = await readRootSpan(api, compensatedBy)
  return { steps: tracedSteps(root), isEnded: hasEnded(root) }
}
