import { BoundedMap, type Clock, awaitAtMost } from '@cgk-platform/jobs-core/provider'

import type { EngineApi } from '../../api/engine-api.ts'
import { type PriorFailures, priorFailures } from '../../read/prior-failures.ts'
import { readRootSpan } from '../../read/run-trace.ts'

/** A request of Inngest's, as far as its attempts matter. */
export interface EngineAttempt {
  readonly jobId: string
  readonly runId: string
  /** Counted from 0. Inngest counts one number for whatever of a request fails, be it a step or the code between. */
  readonly number: number
  /** The hash of the only step that it is for. */
  readonly targetStep?: string | undefined
  /** What of the run has ended before it. */
  readonly before?: RunProgress
}

/** What tells a request from one of an earlier part of the run, whose attempts Inngest had counted from 0 as well. */
export interface RunProgress {
  /** How many waits. No request ends one. */
  readonly waits: number
  /** When the newest step ended, epoch milliseconds. */
  readonly newestAt: number
}

/** An attempt of a step, or of the code. */
export interface AttemptBase {
  /** The attempt of Inngest's that was the first of this one's. */
  readonly base: number
  /** When it is due, epoch milliseconds. */
  readonly dueAt?: number | undefined
}

/** An attempt of the code between the steps. */
export interface CodeAttempt extends AttemptBase {
  /** Counted from 1; absent where it goes on in one that began before. */
  readonly begins?: number
  /** In how many attempts before the process died, in the code or in the step that came next. */
  readonly crashes?: number
}

/** Keeps the attempts of steps apart from those of the code between them, in one request. */
export interface RequestAttempts {
  /** Notes that a next attempt is due; without a step, one of the code, with its number. */
  note(next: AttemptBase & { readonly step?: string | undefined; readonly code?: number }): void
  ofCode(): Promise<CodeAttempt>
  ofStep(step: string): Promise<AttemptBase>
}

/** Tells the attempts of requests. */
export interface WorkflowAttempts {
  begin(at: EngineAttempt): RequestAttempts
}

/** What a process noted in the request before. */
interface Noted {
  readonly notedAt: number
  readonly waits: number
  readonly ofSteps: Map<string, AttemptBase>
  ofCode?: AttemptBase & { readonly code: number }
}

const mostKept = 10_000
/** Another process may have made the attempt before; its record is worth this much of a wait. */
const readWithinMs = 2000

/** Knows what this process did, and reads what another one did: that it must only where something failed there. */
export function createWorkflowAttempts(api: EngineApi, clock: Clock): WorkflowAttempts {
  const notes = new BoundedMap<string, Noted>(mostKept)
  const keyOf = ({ runId, targetStep = '' }: EngineAttempt, number: number): string =>
    JSON.stringify([runId, number, targetStep])

  /** What was noted for a request, once. A note counts for nothing where more has ended since: it is of an earlier part. */
  const take = (at: EngineAttempt): Noted | undefined => {
    const key = keyOf(at, at.number)
    const noted = notes.get(key)
    notes.delete(key)
    const { waits = 0, newestAt = 0 } = at.before ?? {}
    return noted && noted.waits === waits && newestAt <= noted.notedAt ? noted : undefined
  }

  return {
    begin(at) {
      const noted = at.number === 0 ? undefined : take(at)
      let reading: Promise<PriorFailures> | undefined
      /** What failed before. Where nobody can tell, all that Inngest counts is taken for attempts of the step. */
      const read = (): Promise<PriorFailures> =>
        (reading ??= awaitAtMost(
          clock,
          readWithinMs,
          readRootSpan(api, at.runId).catch(() => undefined),
        ).then((root) => priorFailures(root, at.number)))

      return {
        note({ step, code, ...next }) {
          const key = keyOf(at, at.number + 1)
          const kept: Noted = notes.get(key) ?? {
            notedAt: clock.now(),
            waits: at.before?.waits ?? 0,
            ofSteps: new Map(),
          }
          if (step !== undefined) kept.ofSteps.set(step, next)
          else if (code !== undefined) kept.ofCode = { ...next, code }
          notes.set(key, kept)
        },
        async ofCode() {
          if (at.number === 0) return { base: 0 }
          if (noted?.ofCode) return { base: noted.ofCode.base, dueAt: noted.ofCode.dueAt, begins: noted.ofCode.code }
          if (noted) return { base: 0 }
          const { record, crashes } = await read()
          // What died in a request for one step alone was that step.
          const died = at.targetStep === undefined && crashes > 0 ? { crashes } : {}
          if (!record?.workflow || record.workflow.step !== undefined) return { base: 0, ...died }
          return { base: at.number, dueAt: record.nextAttemptAt, begins: record.attempt + 1, ...died }
        },
        async ofStep(step) {
          if (at.number === 0) return { base: 0 }
          const ofStep = noted?.ofSteps.get(step)
          if (ofStep) return ofStep
          if (noted?.ofCode) return { base: at.number }
          const { record, undelivered } = await read()
          if (!record?.workflow) return { base: undelivered }
          if (record.workflow.step === undefined) return { base: at.number }
          if (record.workflow.step !== step) return { base: undelivered }
          return { base: record.workflow.base + undelivered, dueAt: record.nextAttemptAt }
        },
      }
    },
  }
}
