import { type Clock, within } from '@cgk-platform/jobs-core'

import type { EngineApi } from '../../api/engine-api.ts'
import { type FailedBefore, failedBefore } from '../../read/failed-before.ts'
import { readRootSpan } from '../../read/run-trace.ts'

/** A request of Inngest's, as far as its attempts matter. */
export interface EngineAttempt {
  readonly jobId: string
  readonly runId: string
  /** Counted from 0. Inngest counts one number for whatever of a request fails, be it a step or the code between. */
  readonly number: number
}

/** An attempt of a step, or of the code. */
export interface OwnAttempt {
  /** The attempt of Inngest's that was the first of this one's. */
  readonly base: number
  /** When it is due, epoch milliseconds. */
  readonly dueAt?: number | undefined
}

/** An attempt of the code between the steps. */
export interface CodeAttempt extends OwnAttempt {
  /** Counted from 1; absent where it goes on in one that began before. */
  readonly begins?: number
}

/** Keeps the attempts of steps apart from those of the code between them. */
export interface WorkflowAttempts {
  /** Notes that a next attempt is due; without a step, one of the code, with its number. */
  note(after: EngineAttempt, next: OwnAttempt & { readonly step?: string | undefined; readonly code?: number }): void
  ofCode(at: EngineAttempt): Promise<CodeAttempt>
  ofStep(at: EngineAttempt, step: string): Promise<OwnAttempt>
}

const mostKept = 10_000
/** Another process may have made the attempt before; its record is worth this much of a wait. */
const readWithinMs = 2000

/** Knows what this process did, and reads what another one did: that it must only where something failed there. */
export function createWorkflowAttempts(api: EngineApi, clock: Clock): WorkflowAttempts {
  const notes = new Map<string, OwnAttempt & { readonly code?: number }>()
  const reading = new Map<string, Promise<FailedBefore>>()
  const keyOf = ({ runId, number }: EngineAttempt, step = ''): string => JSON.stringify([runId, number, step])
  const keepFew = (kept: Map<string, unknown>): void => {
    if (kept.size > mostKept) kept.delete(kept.keys().next().value!)
  }

  /** What failed before an attempt. Where nobody can tell, all that Inngest counts is taken for attempts of the step. */
  const read = (at: EngineAttempt): Promise<FailedBefore> => {
    const key = keyOf(at)
    const asked =
      reading.get(key) ??
      within(
        clock,
        readWithinMs,
        readRootSpan(api, at.runId).catch(() => undefined),
      ).then((root) => failedBefore(root, at.number))
    reading.set(key, asked)
    keepFew(reading)
    return asked
  }

  return {
    note(after, { step, ...next }) {
      const at = { ...after, number: after.number + 1 }
      notes.set(keyOf(at, step), next)
      if (step !== undefined && !notes.has(keyOf(at))) notes.set(keyOf(at), { base: 0 })
      keepFew(notes)
    },
    async ofCode(at) {
      if (at.number === 0) return { base: 0 }
      const noted = notes.get(keyOf(at))
      if (noted) return noted.code === undefined ? { base: 0 } : { ...noted, begins: noted.code }
      const { record } = await read(at)
      if (!record?.workflow || record.workflow.step !== undefined) return { base: 0 }
      return { base: at.number, dueAt: record.nextAttemptAt, begins: record.attempt + 1 }
    },
    async ofStep(at, step) {
      if (at.number === 0) return { base: 0 }
      const noted = notes.get(keyOf(at, step))
      if (noted) return noted
      const code = notes.get(keyOf(at))
      if (code?.code !== undefined) return { base: at.number }
      const { record, unreached } = await read(at)
      if (!record?.workflow) return { base: unreached }
      if (record.workflow.step === undefined) return { base: at.number }
      if (record.workflow.step !== step) return { base: unreached }
      return { base: record.workflow.base + unreached, dueAt: record.nextAttemptAt }
    },
  }
}
