import { retryDelayMs, type WorkflowDefinition } from '@cgk-platform/jobs-core'
import {
  type AttemptOptions,
  bindLogger,
  retryWorkflowRecord,
  createWorkflowRecord,
  type Outcome,
  createRecordedStepEngine,
  toErrorInfo,
  type WorkflowRecord,
} from '@cgk-platform/jobs-core/provider'
import { metadata } from '@trigger.dev/sdk'

import type { HostParts } from '../host/host-parts.ts'
import type { RunPayload } from '../wire/payload.ts'
import type { AttemptRecord } from '../wire/run-record.ts'
import { readWorkflowRecord } from '../wire/workflow-metadata.ts'
import { createLateCalls } from './late-calls.ts'
import { openWaits } from './open-waits.ts'
import { type Look, readAnswers as readAllAnswers } from './read-answers.ts'
import { createRecordKeeper } from './record-keeper.ts'
import { pauseUntil, sdkWaits, waitNext } from './wait-next.ts'
import { createStepRecords } from './workflow-steps.ts'

/** Makes one pass over the code of a workflow, as core does an attempt. */
export type MakePass = (of: Pick<AttemptOptions, 'steps' | 'isResumed'>) => Promise<Outcome>

/** What an attempt of a workflow's run is made with. */
export interface PassesParts {
  readonly payload: RunPayload
  readonly runId: string
  readonly begun: AttemptRecord
  readonly signal: AbortSignal
  readonly parts: HostParts
  /** Ends before the run first waits: its process may be put aside then. */
  readonly beside?: Promise<void> | undefined
}

/** How often waiting may fail one after the other, as where the server is away. */
const mostFailures = 8
const afterFailureMs = 2000
/** After what was no fault of the code's. */
const leastRetryMs = 1000

/**
 * Makes an attempt of a workflow's run: pass after pass over its code, and one wait of Trigger.dev's between two of them.
 * Steps are in the run's metadata, so the next attempt, and a retry of the run by hand, go on from there.
 */
export async function attemptPasses(
  definition: WorkflowDefinition,
  of: PassesParts,
  makePass: MakePass,
): Promise<Outcome> {
  try {
    return await makePasses(definition, of, makePass)
  } catch (error) {
    // Also after the last attempt: the one that ends the run compensates it, and calls `onFailure`.
    const { begun, parts } = of
    const afterMs = Math.max(leastRetryMs, retryDelayMs(definition.retry, begun.attempt, parts.random))
    return { type: 'retry', afterMs, error: toErrorInfo(error) }
  }
}

async function makePasses(definition: WorkflowDefinition, of: PassesParts, makePass: MakePass): Promise<Outcome> {
  const { payload, runId, begun, signal, parts, beside } = of
  const { api, clock, client, logger } = parts
  const known = readWorkflowRecord(metadata.current())
  const record =
    known ?? (await recordOfRetried(payload, runId, parts)) ?? createWorkflowRecord(runId, definition.version)
  const current = () => metadata.current()
  const keeper = createRecordKeeper({ runId, record, begun, api, clock, signal, metadata: current })
  const { tenantId } = payload.envelope
  const readAnswers = (look?: Look) => readAllAnswers(keeper, { api, client, clock, runId, tenantId }, look)
  const lateCalls = createLateCalls()
  const records = createStepRecords({ keeper, runId, tenantId, api, clock, logger, lateCalls, readAnswers })
  const steps = createRecordedStepEngine(records)
  // Those that came before the process died: the code may have seen them already.
  if (openWaits(record).length > 0) await readAnswers()
  let isResumed = false
  for (;;) {
    const late = lateCalls.next()
    const outcome = await makePass({ steps, isResumed })
    const { ended } = record
    await keeper.settle().catch(() => undefined) // what counts was saved
    if (outcome.type !== 'suspended') return outcome
    await beside
    const hasNews = () => records.hasUntold() || record.ended !== ended
    const waitParts = { runId, api, clock, signal, late, readAnswers, hasNews, waits: sdkWaits }
    await waitPatiently(() => waitNext(outcome.wakeAt, record, waitParts))
    if (signal.aborted) return { type: 'cancelled' }
    isResumed = true
  }

  async function waitPatiently(work: () => Promise<void>): Promise<void> {
    for (let failures = 1; !signal.aborted; failures++) {
      try {
        return await work()
      } catch (error) {
        if (failures === mostFailures) throw error
        const facts = { runId, error: toErrorInfo(error) }
        bindLogger(logger, facts).warn('A workflow could not wait as it should; it tries again.')
      }
      await pauseUntil(clock.now() + afterFailureMs, clock, signal)
    }
  }
}

/** The records that a retry by hand goes on with: those of the run that failed. */
async function recordOfRetried(
  { retryOf }: RunPayload,
  runId: string,
  { reader }: HostParts,
): Promise<WorkflowRecord | undefined> {
  if (retryOf === undefined) return undefined
  const failed = await reader.run(retryOf)
  const record = readWorkflowRecord(failed?.metadata)
  return record && retryWorkflowRecord(record, runId)
}
