import type { WorkflowDefinition } from '@cgk-platform/jobs-core'
import { WorkflowChangedError } from '@cgk-platform/jobs-core/errors'
import type { StepCall, StepEngineFactory } from '@cgk-platform/jobs-core/hosted'
import type { HistoryStep, WorkflowHistory } from '@cgk-platform/jobs-core/inspect'
import {
  createClient,
  createRecordedStepEngine,
  createWorkflowRecord,
  type Envelope,
  invalidOption,
  type JobErrorInfo,
  type Json,
  limitsOf,
  type Outcome,
  runAttempt,
  type StepRecord,
  type WorkflowRecord,
} from '@cgk-platform/jobs-core/provider'
import { createJobRegistry } from '@cgk-platform/jobs-core/scheduling'

import { localCapabilities } from '../provider/capabilities.ts'
import { createVirtualClock, type VirtualClock } from './virtual-clock.ts'

/** Whether a workflow's code fits to a run that another version of it began. */
export type HistoryReplay =
  | {
      readonly fits: true
      /** The steps that the code performs next, or that its run waits for; none if it has ended. */
      readonly next: readonly string[]
    }
  | {
      readonly fits: false
      /** The step that does not fit; absent if the version, the payload or the code between the steps does not. */
      readonly stepId?: string
      /** The reason, with the remedy. The run would wait for other code, or fail. */
      readonly reason: string
    }

/** Options of `replayHistory`. */
export interface ReplayHistoryOptions {
  /** The payload of the event, for a history without one. */
  readonly payload?: object | undefined
}

/** No wait of a history ends during its replay, which advances the time only while the code is busy. */
const neverMs = 1000 * 365 * 86_400_000
const maxReplayMs = 3_600_000
const outputKinds: ReadonlySet<string> = new Set(['run', 'runJob', 'sendEvent', 'waitForEvent', 'waitForSignal'])
const openStates: ReadonlySet<string> = new Set(['running', 'waiting', 'retrying'])

/**
 * Replays a workflow's code over the recorded steps of a run, as `cgk-jobs history` writes them. Runs the code between the
 * steps, but no step, no send, no compensation, no middleware and no `onFailure`.
 *
 * @throws {InvalidOptionError} if the history is one of another workflow, or has no payload
 */
export async function replayHistory(
  workflow: WorkflowDefinition,
  history: WorkflowHistory,
  { payload }: ReplayHistoryOptions = {},
): Promise<HistoryReplay> {
  checkHistory(workflow, history)
  const clock = createVirtualClock(Math.max(...[history.sentAt, ...endsOf(history)].map((date) => Date.parse(date))))
  const record = toRecord(history)
  const seen: Seen = { called: new Set(), misfit: undefined, stepId: undefined }
  const running = runAttempt(withoutSideEffects(workflow), toEnvelope(history, payload), {
    jobId: history.jobId,
    runId: history.runId,
    attempt: 1,
    retriedAt: undefined,
    signal: new AbortController().signal,
    onLeftRunning: undefined,
    replay: { startedAt: undefined, steps: createIdleEngine(record, seen) },
    host: createHost(clock),
  })
  const outcome = await whileTimePasses(clock, running)
  const { misfit, stepId } = seen
  if (misfit)
    return {
      fits: false,
      ...(stepId !== undefined && { stepId }),
      reason: `${misfit.message}${hintOfRemoved(history)}`,
    }
  if (outcome.type === 'completed' || outcome.type === 'restarted') return { fits: true, next: [] }
  if (outcome.type !== 'suspended') return toThrown(outcome, history)
  const open = record.steps.filter(({ key, state }) => openStates.has(state) && seen.called.has(key))
  return { fits: true, next: open.map(({ key }) => key) }
}

function checkHistory({ id }: WorkflowDefinition, { format, definitionId }: WorkflowHistory): void {
  if (format !== 1) {
    const problem = `is \`${String(format)}\`, a format that this version does not know`
    throw invalidOption('history.format', problem, 'Write the history with `cgk-jobs history` of the same version.')
  }
  if (definitionId === id) return
  throw invalidOption('history.definitionId', `is \`${definitionId}\``, `Pass a history of \`${id}\`.`)
}

function endsOf({ steps }: WorkflowHistory): string[] {
  return steps.flatMap(({ endedAt }) => endedAt ?? [])
}

/** Returns the record that the engine had when the history was written. */
function toRecord({ jobId, runId, version, tenantId, steps }: WorkflowHistory): WorkflowRecord {
  const isEnded = ({ kind, state }: HistoryStep): boolean =>
    kind !== 'patched' && (state === 'completed' || state === 'failed')
  const ended = steps
    .filter(isEnded)
    .toSorted((one, other) => Date.parse(one.endedAt ?? '') - Date.parse(other.endedAt ?? ''))
  const toStep = (step: HistoryStep): StepRecord => ({
    key: step.id,
    kind: step.kind === 'waitForSignal' ? 'waitForEvent' : step.kind, // an event carries the signal
    state: step.state,
    attempts: 0,
    startedAt: 0,
    ...(isEnded(step) && { order: ended.indexOf(step) + 1 }),
    ...outputOf(step, { tenantId, jobId }),
    ...(step.error && { error: step.error }),
    ...(step.state === 'waiting' && { until: neverMs }),
    ...(step.state === 'retrying' && { nextAttemptAt: neverMs }),
  })
  // An engine stores the version with the first step: a run without steps begins with any.
  const { version: began, ...record } = createWorkflowRecord(runId, version)
  return { ...record, ...(steps.length > 0 && { version: began! }), steps: steps.map(toStep), ended: ended.length }
}

/** Returns the recorded output. An awaited event that was removed has come: without one, the output is `null`. */
function outputOf(
  { kind, state, output, endedAt }: HistoryStep,
  { tenantId, jobId }: Pick<WorkflowHistory, 'tenantId' | 'jobId'>,
): Pick<StepRecord, 'output'> {
  const isSignal = kind === 'waitForSignal'
  if (output === null || (output !== undefined && !isSignal)) return { output }
  if ((!isSignal && kind !== 'waitForEvent') || state !== 'completed') return {}
  const removed = { id: 'removed', payload: {}, sentAt: Date.parse(endedAt ?? '') || 0 }
  const { payload, ...sent } = (output as typeof removed | undefined) ?? removed
  return { output: { ...sent, payload: isSignal ? { tenantId, jobId, payload } : { tenantId } } }
}

function toEnvelope({ jobId, event, tenantId, sentAt, payload: recorded }: WorkflowHistory, given?: object): Envelope {
  const payload = given ?? recorded
  if (payload === undefined) {
    const remedy = 'Pass `payload`, or write the history with `cgk-jobs history --payload`.'
    throw invalidOption('history.payload', 'is missing', remedy)
  }
  const withTenant = { tenantId, ...(payload as Record<string, Json>) }
  return { v: 1, id: jobId, event, tenantId, payload: withTenant, sentAt: Date.parse(sentAt) }
}

/** Returns the workflow with nothing but its code. */
function withoutSideEffects(workflow: WorkflowDefinition): WorkflowDefinition {
  const { onFailure: _, middleware: __, runTimeoutMs: ___, previous, ...code } = workflow
  return { ...code, ...(previous && { previous: previous.map(({ onFailure: ____, ...one }) => one) }) }
}

/** The observations of a replay. */
interface Seen {
  readonly called: Set<string>
  /** Why the run would wait for other code, and the step, if it is one. */
  misfit: JobErrorInfo | undefined
  stepId: string | undefined
}

/** Creates the engine of recorded steps, which starts no work and parks nothing. */
function createIdleEngine(record: WorkflowRecord, seen: Seen): StepEngineFactory {
  return (context) => {
    const failRun = (error: Error): void => {
      if (WorkflowChangedError.isInstance(error)) seen.stepId = error.stepId
      context.failRun(error)
    }
    const engine = createRecordedStepEngine({ record, save: () => undefined })({ ...context, failRun })
    const perform = engine.perform.bind(engine)
    return Object.assign(engine, {
      perform(call: StepCall) {
        seen.called.add(call.key)
        return perform(withoutWork(call))
      },
      async park(parked: { readonly error: JobErrorInfo } | undefined) {
        seen.misfit = parked?.error
      },
      compensate: async () => undefined,
    })
  }
}

/** Returns the call with work that fails, to be retried after the replay. */
function withoutWork(call: StepCall): StepCall {
  if (!('work' in call)) return call
  const policy = {
    maxAttempts: 2,
    backoff: 'fixed',
    initialDelayMs: neverMs,
    maxDelayMs: neverMs,
    factor: 1,
    jitter: 0,
  } as const
  const work = (): never => {
    throw new Error('A replay of a history does no work.')
  }
  return { ...call, policy, work }
}

function createHost(clock: VirtualClock): Parameters<typeof runAttempt>[2]['host'] {
  const silent = (): void => undefined
  const logger = { debug: silent, info: silent, warn: silent, error: silent }
  const load = (): never => {
    throw new Error('A replay of a history sends and reads no jobs. Do both in steps only.')
  }
  const client = createClient({ load }, { jobs: [], logger })
  const none = { hooks: undefined, middleware: undefined, instrument: undefined, returnedErrors: undefined }
  return {
    ...none,
    client,
    logger,
    clock,
    jobs: createJobRegistry(),
    random: () => 0,
    limits: limitsOf('local', localCapabilities),
  }
}

async function whileTimePasses(clock: VirtualClock, running: Promise<Outcome>): Promise<Outcome> {
  let outcome: Outcome | undefined
  void running.then((ended) => (outcome = ended))
  const until = clock.now() + maxReplayMs
  while (!outcome) {
    for (let turn = 0; turn < 20 && !outcome; turn++) await clock.yield()
    if (!outcome && (clock.nextTimerAt() ?? Infinity) <= until) clock.step(until)
  }
  return outcome
}

/** Returns whether the code failed as the run did, or because of a step that had failed. */
function isExpected(outcome: Outcome, { error, steps }: WorkflowHistory): boolean {
  if (outcome.type !== 'failed' && outcome.type !== 'retry') return false
  const thrown = outcome.error
  if (thrown.name === error?.name && thrown.message === error.message) return true
  return thrown.code === 'step_failed' && steps.some(({ state }) => state === 'failed')
}

/** Returns the result for code that threw. */
function toThrown(outcome: Outcome, history: WorkflowHistory): HistoryReplay {
  if (isExpected(outcome, history)) return { fits: true, next: [] }
  const { name, message } = 'error' in outcome ? outcome.error : { name: outcome.type, message: '' }
  return { fits: false, reason: `The code threw \`${name}: ${message}\`.${hintOfRemoved(history)}` }
}

/** Names the steps whose outputs were removed, because code that reads one can call other steps than the run did. */
function hintOfRemoved({ steps }: WorkflowHistory): string {
  const removed = steps.filter(
    ({ kind, state, output }) => outputKinds.has(kind) && state === 'completed' && output === undefined,
  )
  if (removed.length === 0) return ''
  const ids = removed.map(({ id }) => `\`${id}\``).join(', ')
  return ` The history has no output of ${ids}. If the code reads one, write it with \`cgk-jobs history --payload\`.`
}
