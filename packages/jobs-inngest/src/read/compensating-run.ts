import type { EngineApi } from '../api/engine-api.ts'
import type { EngineEvent, EngineRun } from '../api/engine-shapes.ts'
import { readFailedRecord } from '../wire/attempt-record.ts'
import { readCompensationMarker, compensationMarkerId } from '../wire/compensation-marker.ts'
import { isTraceComplete, readRootSpan, type TracedStep, tracedSteps } from './run-trace.ts'

/** The current state of the run that compensates a run which Inngest has failed. */
export interface CompensatingRun {
  readonly steps: readonly TracedStep[]
  readonly isEnded: boolean
}

/**
 * Returns true if this library itself reported the failure of a workflow, after its compensations. False for an attempt
 * that was to be retried.
 */
export function isReportedFailure(error: unknown): boolean {
  const record = readFailedRecord(error)
  return record !== undefined && record.nextAttemptAt === undefined && record.workflow?.step === undefined
}

/**
 * Reads the run that compensates a failed run, if there is one. Sends no request for a run that reported its own
 * failure.
 */
export async function readCompensating(api: EngineApi, run: EngineRun): Promise<CompensatingRun | undefined> {
  if (run.status !== 'FAILED' || isReportedFailure(run.output?.['error'])) return undefined
  // Inngest caches responses by URL, also 404s. A random parameter bypasses the cache.
  const r = Math.random().toString(36).slice(2)
  const path = `/v1/events/${compensationMarkerId(run.id)}`
  const marker = await api.get<{ data?: EngineEvent }>(`read the compensation of the run ${run.id}`, path, { r })
  const compensatedBy = readCompensationMarker(marker?.data ?? undefined)
  if (compensatedBy === undefined) return undefined
  const root = await readRootSpan(api, compensatedBy)
  return { steps: tracedSteps(root), isEnded: isTraceComplete(root) }
}
