import { setTimeout as sleep } from 'node:timers/promises'

import { type JobContext, NonRetryableError } from '@cgk-platform/jobs'

import type { Script } from './events.ts'
import type { Attempt, Note } from './ledger-entry.ts'
import type { Poison } from './plan.ts'
import { wallMs } from './wall-clock.ts'

/** The output of a chaos job: the attempt and the process that completed it. */
export interface WorkOutput {
  readonly attempt: number
  readonly by: string
}

/** Does what the handlers of a process do, with entries in its ledger. */
export interface Worker {
  readonly by: string
  readonly note: (note: Note) => void
  /** Does what a script demands. */
  work(script: Script, attempt: Attempt): Promise<WorkOutput>
  /** Ends the process. Never resolves. */
  die(how: Poison['by'], attempt: Attempt): Promise<never>
}

/** Creates the worker of a process. */
export function createWorker(note: (note: Note) => void, by: string): Worker {
  const die: Worker['die'] = (how, attempt) => {
    note({ type: 'dying', ...attempt })
    if (how === 'process.exit') process.exit(1)
    if (how === 'SIGKILL') process.kill(process.pid, 'SIGKILL')
    setTimeout(() => {
      throw new Error('Scripted end of the process')
    })
    return new Promise(() => undefined)
  }
  return {
    by,
    note,
    die,
    async work(script, attempt) {
      note({ type: 'started', ...attempt })
      await sleep(script.workMs)
      if (script.poison) await die(script.poison, attempt)
      const fails = script.kind === 'non-retryable' || attempt.attempt <= script.failures
      note({ type: 'ended', how: fails ? 'threw' : 'returned', ...attempt })
      if (script.kind === 'non-retryable') throw new NonRetryableError(`Scripted failure in attempt ${attempt.attempt}`)
      if (fails) throw new Error(`Scripted failure in attempt ${attempt.attempt}`)
      return { attempt: attempt.attempt, by }
    },
  }
}

/** Returns the fields of an attempt of a definition, for its ledger entries. */
export function toAttempt(item: string, definition: string, { jobId, runId, attempt, tenantId }: JobContext): Attempt {
  return { item, job: jobId, run: runId, attempt, definition, tenant: tenantId, wall: wallMs() }
}
