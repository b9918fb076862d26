import type { Json } from '../values/json.ts'
import type { Attempt } from '../runs/attempt.ts'
import { runWithClient } from '../ambient/async-context.ts'
import { throughMiddleware } from '../hooks/attempt-middleware.ts'
import { encodeCall, findMatchError, type StepDecoder } from './step-codec.ts'
import { observePart } from '../runs/observe-part.ts'
import type { StepCall, WorkCall } from '../steps/step-call.ts'
import type { StepEngine } from '../steps/step-engine.ts'
import type { StepContext } from '../jobs/steps.ts'

/** The services that all steps of a replay share. */
export interface Surroundings {
  readonly engine: StepEngine
  /** Whether a wait that begins is observed. */
  readonly observesWaits: boolean
  /** Decodes what the engine returns. */
  readonly decoder: StepDecoder
}

/**
 * Performs a step with what surrounds its work, from the outside: client, activity, middleware.
 */
export function performSurrounded(
  call: StepCall,
  attempt: Attempt,
  { engine, observesWaits, decoder }: Surroundings,
): Promise<Json | undefined> {
  const refusal = attempt.host.findStepError?.(call, attempt.envelope.tenantId)
  if (refusal) return Promise.reject(refusal)
  const { codec } = attempt.host
  const matchError = codec && findMatchError(call, codec, attempt.definition.id)
  if (matchError) return Promise.reject(matchError)
  const perform = (surrounded: StepCall): Promise<Json | undefined> =>
    decoder.decode(engine.perform(codec ? encodeCall(surrounded, codec, attempt.envelope.tenantId) : surrounded))
  const wrapped = attempt.middleware ? withMiddleware(call, attempt) : call
  if (!attempt.observed) return perform(withClient(wrapped, attempt))
  if ('work' in wrapped) return perform(withClient(withActivity(wrapped, attempt), attempt))
  const isNew = observesWaits && engine.history?.hasBegun(call.key) !== true
  const wait =
    isNew && wrapped.kind !== 'patched'
      ? attempt.startPart({ kind: 'wait', stepId: call.key, stepKind: wrapped.kind })
      : undefined
  const performed = perform(wrapped)
  if (wait) {
    performed.then(
      () => wait.end({ type: 'completed' }),
      (error: unknown) => wait.end({ type: 'failed', error }),
    )
  }
  return performed
}

/** Returns a step whose work is a part of the attempt's activity. */
function withActivity<Call extends WorkCall>(call: Call, attempt: Attempt): Call {
  const { key: stepId, kind: stepKind, work } = call
  const within = (kind: 'step' | 'compensation', { attempt: stepAttempt, signal }: StepContext, run: () => unknown) =>
    observePart(attempt, { kind, stepId, stepKind, stepAttempt }, signal, run)
  const observed = { ...call, work: (context: StepContext) => within('step', context, () => work(context)) }
  if (call.kind !== 'run' || !call.compensate) return observed
  const { compensate } = call
  return {
    ...observed,
    compensate: (output: Json | undefined, context: StepContext) =>
      within('compensation', context, () => compensate(output, context)),
  }
}

/** Returns a step whose work runs with the attempt's client. An engine may call it outside the scope of the code. */
function withClient(call: StepCall, { host: { client } }: Attempt): StepCall {
  if (!('work' in call)) return call
  const { work } = call
  const wrapped = { ...call, work: (context: StepContext) => runWithClient(client, () => work(context)) }
  if (wrapped.kind !== 'run' || !wrapped.compensate) return wrapped
  const { compensate } = wrapped
  return { ...wrapped, compensate: (output, context) => runWithClient(client, () => compensate(output, context)) }
}

/**
 * Returns a step whose work runs inside the middleware. Steps without user code do not change. The code between the
 * steps is not wrapped: it runs again in every replay, and if a replay ends with a wait, the code's promise never settles.
 */
function withMiddleware(call: StepCall, attempt: Attempt): StepCall {
  if (call.kind !== 'run') return call
  const { work, compensate } = call
  const through = (kind: 'step' | 'compensation', { attempt: stepAttempt, signal }: StepContext, run: () => unknown) =>
    throughMiddleware(attempt, { work: kind, stepId: call.key, stepAttempt, signal }, run)
  return {
    ...call,
    work: (context) => through('step', context, () => work(context)),
    ...(compensate && {
      compensate: (output, context) => through('compensation', context, () => compensate(output, context)),
    }),
  }
}
