import type { RunStatus } from '@cgk-platform/jobs'

import type { AttemptEntry, Finding, Story } from './story.ts'

const rule = 'a run is ended by its last attempt'

/** A late result of an attempt that was taken over is kept out, and nothing begins once a run has ended. */
export function checkLastAttempts({ jobs, byRun, itemOf }: Story): Finding[] {
  return jobs.flatMap(({ id: job, runs }) =>
    runs.flatMap((run) =>
      problemsOf(run, byRun.get(run.id) ?? []).map((says) => ({ rule, job, item: itemOf.get(job), says })),
    ),
  )
}

function problemsOf(run: RunStatus, entries: readonly AttemptEntry[]): string[] {
  const { id, attempts, state } = run
  const problems: string[] = []
  const later = entries.find((entry) => entry.attempt > attempts)
  if (later) problems.push(`run ${id} had ${attempts} attempts, and attempt ${later.attempt} was begun by ${later.by}`)
  if (state === 'completed') {
    const { attempt, by } = (run.output ?? {}) as { attempt?: number; by?: string }
    if (attempt !== attempts) problems.push(`run ${id} was completed by attempt ${attempt} of ${attempts}`)
    const returned = entries.some(
      (entry) => entry.attempt === attempt && entry.by === by && entry.what === 'ended' && entry.how === 'returned',
    )
    if (!returned) problems.push(`run ${id} was completed by attempt ${attempt} of ${by}, which never returned`)
  }
  if (state === 'failed') {
    const { code, message = '' } = run.error ?? {}
    const said = Number(/in attempt (\d+)/.exec(message)?.[1])
    if (said !== attempts && code !== 'attempts_exhausted' && run.definitionId !== 'flow') {
      problems.push(`run ${id} failed with attempt ${attempts}, and its error is: ${message}`)
    }
  }
  return problems
}
