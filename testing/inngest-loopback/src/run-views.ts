import type { Output, Run, RunStatus } from './run.ts'
import { isEnded } from './run.ts'

const cancelGraceMs = 10_000

/**
 * Returns the status of a run according to its trace. For a running run, it is that of the first span that ended or
 * waits. So a run seems failed during a backoff, and completed after its first step.
 */
export function tracedStatus(run: Run): RunStatus {
  if (run.status !== 'RUNNING') return run.status
  const part = run.spans.find(({ status }) => status !== 'RUNNING')
  return part === undefined || part.status === 'WAITING' || part.status === 'RUNNING' ? 'RUNNING' : part.status
}

/** Returns when a run ended. */
export function endedAtMs(run: Run): number | undefined {
  return isEnded(run.status) ? run.finishes[0]?.atMs : undefined
}

/**
 * Returns the end of a run as lists show it: 10 s late for a cancelled run, the time in which its steps can still
 * report.
 */
export function listedEndMs(run: Run): number | undefined {
  const at = endedAtMs(run)
  return at !== undefined && run.status === 'CANCELLED' ? at + cancelGraceMs : at
}

/** Converts an output for REST v2, which wraps values other than objects in `data`. */
export function toOutputObject(value: unknown): Record<string, unknown> {
  return typeof value === 'object' && value !== null && !Array.isArray(value)
    ? (value as Record<string, unknown>)
    : { data: value }
}

/** Converts the output for lists: that of the part that ended last, with an error in `error`. */
export function listedOutput(output: Output): Record<string, unknown> {
  return 'error' in output ? { error: output.error } : toOutputObject(output.data)
}
