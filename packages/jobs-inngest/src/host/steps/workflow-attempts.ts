import { type Clock, awaitAtMost } from '@cgk-platform/jobs-core/provider'
import { BoundedMap } from '@cgk-platform/jobs-core/hosted'

import type { EngineApi } from '../../api/engine-api.ts'
import { type PriorFailures, priorFailures } from '../../read/prior-failures.ts'
import { readRootSpan } from '../../read/run-trace.ts'

/** One of Inngest's attempts of a request. */
export interface EngineAttempt {
  readonly jobId: string
  readonly runId: string
  /** Counted from 0. Inngest counts failures of steps and of the code between them together. */
  readonly number: number
  /** Hash of the only step to execute. */
  readonly targetStep?: string | undefined
  /** The progress of the run before this attempt. */
  readonly progress?: RunProgress
}

/** The progress of a run. It distinguishes a request from those for earlier parts of the run, also counted from 0. */
export interface RunProgress {
  /** Number of ended waits. A wait ends without a request. */
  readonly waits: number
  /** When the newest step ended, epoch milliseconds. */
  readonly newestAt: number
}

/** The start of the current part, which is a step or the code between steps. Its attempts are counted from here. */
export interface AttemptBase {
  /** Inngest's number of the part's first attempt. */
  readonly base: number
  /** When the next attempt is due, epoch milliseconds. */
  readonly dueAt?: number | undefined
}

/** An attempt of the code between steps. */
export interface CodeAttempt extends AttemptBase {
  /** The number of the attempt that starts now, counted from 1; absent if an earlier attempt continues. */
  readonly starting?: number
  /** Number of earlier attempts in which the process crashed, in the code or in the next step. */
  readonly crashes?: number
}

/** The wait of a request for one step for other code, as its earlier attempts tell it. */
export interface RequestParking {
  /** Since when it waits, epoch milliseconds; absent if its last attempt did not. */
  readonly since?: number | undefined
  /** Number of attempts that the step has left; absent if none has been made. */
  readonly attemptsLeft?: number
}

/** Counts the attempts of steps separately from those of the code between them, within one request. */
export interface RequestAttempts {
  /** Records that a next attempt is due: of `step`, or without it, of the code, with its number. */
  record(next: AttemptBase & { readonly step?: string | undefined; readonly code?: number }): void
  ofCode(): Promise<CodeAttempt>
  ofStep(step: string): Promise<AttemptBase>
  /** Returns what earlier attempts of a request for one step tell about its wait for other code. */
  ofParking(): Promise<RequestParking>
}

/** Counts the attempts of workflow requests. */
export interface WorkflowAttempts {
  begin(engineAttempt: EngineAttempt): RequestAttempts
}

/** The next attempts that a process recorded in a request. */
interface RecordedAttempts {
  readonly recordedAt: number
  readonly waits: number
  readonly ofSteps: Map<string, AttemptBase>
  ofCode?: AttemptBase & { readonly code: number }
}

const maxRecorded = 10_000
/** Maximum time to read the trace from Inngest. The SDK gives up a request for one step after 10 seconds. */
const readTimeoutMs = 5000

/** Creates the counters. Remembers attempts of this process and reads those of others, only after a failure. */
export function createWorkflowAttempts(api: EngineApi, clock: Clock): WorkflowAttempts {
  const allRecorded = new BoundedMap<string, RecordedAttempts>(maxRecorded)
  const keyOf = ({ runId, targetStep = '' }: EngineAttempt, number: number): string =>
    JSON.stringify([runId, number, targetStep])

  /** Removes and returns what was recorded for an attempt, unless the run has progressed since. */
  const take = (engineAttempt: EngineAttempt): RecordedAttempts | undefined => {
    const key = keyOf(engineAttempt, engineAttempt.number)
    const recorded = allRecorded.get(key)
    allRecorded.delete(key)
    const { waits = 0, newestAt = 0 } = engineAttempt.progress ?? {}
    return recorded && recorded.waits === waits && newestAt <= recorded.recordedAt ? recorded : undefined
  }

  return {
    begin(engineAttempt) {
      const { number, runId, targetStep, progress } = engineAttempt
      const recorded = number === 0 ? undefined : take(engineAttempt)
      let reading: Promise<PriorFailures> | undefined
      /** Reads prior failures. Without a trace, all of Inngest's attempts count for the step. */
      const read = (): Promise<PriorFailures> =>
        (reading ??= awaitAtMost(
          clock,
          readTimeoutMs,
          readRootSpan(api, runId).catch(() => undefined),
        ).then((root) => priorFailures(root, number, targetStep)))

      return {
        record({ step, code, ...next }) {
          const key = keyOf(engineAttempt, number + 1)
          const current: RecordedAttempts = allRecorded.get(key) ?? {
            recordedAt: clock.now(),
            waits: progress?.waits ?? 0,
            ofSteps: new Map(),
          }
          if (step !== undefined) current.ofSteps.set(step, next)
          else if (code !== undefined) current.ofCode = { ...next, code }
          allRecorded.set(key, current)
        },
        async ofCode() {
          if (number === 0) return { base: 0 }
          if (recorded?.ofCode) {
            const { base, dueAt, code } = recorded.ofCode
            return { base, dueAt, starting: code }
          }
          if (recorded) return { base: 0 }
          const { record, crashes } = await read()
          // A crash in a request for a single step counts for that step.
          const crashed = targetStep === undefined && crashes > 0 ? { crashes } : {}
          if (!record?.workflow || record.workflow.step !== undefined) return { base: 0, ...crashed }
          return { base: number, dueAt: record.nextAttemptAt, starting: record.attempt + 1, ...crashed }
        },
        async ofStep(step) {
          if (number === 0) return { base: 0 }
          const ofStep = recorded?.ofSteps.get(step)
          if (ofStep) return ofStep
          if (recorded?.ofCode) return { base: number }
          const { record, undelivered } = await read()
          if (!record?.workflow) return { base: undelivered }
          if (record.workflow.step === undefined) return { base: number }
          if (record.workflow.step !== step) return { base: undelivered }
          return { base: record.workflow.base + undelivered, dueAt: record.nextAttemptAt }
        },
        async ofParking() {
          if (number === 0 || targetStep === undefined || recorded) return {}
          const { parkedSince: since, record } = await read()
          const isOfStep = record?.workflow?.step !== undefined
          return { since, ...(isOfStep && { attemptsLeft: record.maxAttempts - record.attempt }) }
        },
      }
    },
  }
}
