import type { RunStatus } from '@cgk-platform/jobs'

import { isWorkflow } from '../definitions.ts'
import { type Faults, isDeath } from './faults.ts'
import type { AttemptEntry, Finding, IndexedEvidence } from './indexed-evidence.ts'

const rule = 'only the last attempt ends a run'

/** Checks that the late result of a replaced attempt is ignored, and that no attempt starts after the end of a run. */
export function checkLastAttempts({ jobs, byRun, itemOf, faults }: IndexedEvidence): Finding[] {
  return jobs.flatMap(({ id: job, runs }) =>
    runs.flatMap((run) =>
      problemsOf(run, byRun.get(run.id) ?? [], faults).map((message) => ({
        rule,
        job,
        item: itemOf.get(job),
        message,
      })),
    ),
  )
}

function problemsOf(run: RunStatus, entries: readonly AttemptEntry[], faults: Faults): string[] {
  const { id, attempts, maxAttempts, state, definitionId } = run
  const problems: string[] = []
  // A workflow whose last attempt ended its process runs again to compensate its steps.
  const maxNumber = isWorkflow(definitionId) && attempts === maxAttempts ? Number.POSITIVE_INFINITY : attempts
  // An attempt that a crash interrupted beside other runs does not count.
  const wasInterrupted = ({ by, at }: AttemptEntry): boolean => {
    const fault = faults.find(by, { from: at, to: Number.POSITIVE_INFINITY })
    return state === 'cancelled' && fault !== undefined && isDeath(fault.cause)
  }
  // A workflow that begins again counts its attempts from 1.
  const begunAgain = entries.findLastIndex((entry) => entry.type === 'step done' && entry.step.startsWith('turn'))
  const later = entries.slice(begunAgain + 1).find((entry) => entry.attempt > maxNumber && !wasInterrupted(entry))
  if (attempts > maxAttempts) problems.push(`run ${id} had ${attempts} attempts; the maximum is ${maxAttempts}`)
  if (later) problems.push(`run ${id} had ${attempts} attempts, but ${later.by} started attempt ${later.attempt}`)
  if (state === 'completed') {
    const { attempt, by } = (run.output ?? {}) as { attempt?: number; by?: string }
    if (attempt !== attempts) problems.push(`run ${id} was completed by attempt ${attempt} of ${attempts}`)
    const returned = entries.some(
      (entry) => entry.attempt === attempt && entry.by === by && entry.type === 'ended' && entry.how === 'returned',
    )
    if (!returned) problems.push(`run ${id} was completed by attempt ${attempt} of ${by}, which never returned`)
  }
  if (state === 'failed') {
    const { code, message = '' } = run.error ?? {}
    const failedAttempt = Number(/in attempt (\d+)/.exec(message)?.[1])
    if (failedAttempt !== attempts && code !== 'attempts_exhausted' && !isWorkflow(definitionId)) {
      problems.push(`run ${id} failed in attempt ${attempts}, but its error is of another attempt: ${message}`)
    }
  }
  return problems
}
