import type { Output, Run, RunStatus } from './run.ts'
import { isEnded } from './run.ts'

const cancelGraceMs = 10_000

/**
 * The state that readers see who look at the trace: while a run goes on, it is that of its first part that ended or
 * waits. So a run in a backoff seems failed, and one after its first step seems completed.
 */
export function tracedStatus(run: Run): RunStatus {
  if (run.status !== 'RUNNING') return run.status
  const part = run.spans.find(({ status }) => status !== 'RUNNING')
  return part === undefined || part.status === 'WAITING' || part.status === 'RUNNING' ? 'RUNNING' : part.status
}

/** When a run ended. */
export function endedAtMs(run: Run): number | undefined {
  return isEnded(run.status) ? run.finishes[0]?.atMs : undefined
}

/** When a run ended as the lists tell it: a cancelled one 10 s later, in which the engine lets its steps report. */
export function listedEndMs(run: Run): number | undefined {
  const at = endedAtMs(run)
  return at !== undefined && run.status === 'CANCELLED' ? at + cancelGraceMs : at
}

/** An output as REST v2 tells it, always an object: other data is wrapped in `data`. */
export function toOutputObject(value: unknown): Record<string, unknown> {
  return typeof value === 'object' && value !== null && !Array.isArray(value)
    ? (value as Record<string, unknown>)
    : { data: value }
}

/** The output in a list: of whatever ended last in the run, an error in its `error`. */
export function listedOutput(output: Output): Record<string, unknown> {
  return 'error' in output ? { error: output.error } : toOutputObject(output.data)
}
