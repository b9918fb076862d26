import type { Envelope } from '../events/envelope.ts'
import { isEncoded } from '../codec/encoded.ts'
import type { BatchJobDefinition } from '../jobs/batch-job-definition.ts'
import type { Definition } from '../jobs/definition.ts'
import { replayWorkflow } from '../workflows/replay-workflow.ts'
import type { WorkflowDefinition } from '../jobs/steps.ts'
import { announceAttempt } from '../runs/announce-attempt.ts'
import { Attempt, type AttemptOptions, type AttemptReceiver, inScope } from '../runs/attempt.ts'
import { toErrorInfo } from '../errors/error-info.ts'
import { finishAttempt } from '../runs/finish-attempt.ts'
import type { HandledAttempt } from '../runs/handler-attempt.ts'
import { leaveForAnother } from '../runs/leave-for-another.ts'
import type { Outcome } from '../hooks/outcome.ts'
import { stopOutcome } from '../runs/run-until-stopped.ts'
import { openForAttempt } from '../runs/open-envelope.ts'
import { startBatch } from '../runs/start-batch.ts'
import { startHandler } from '../runs/transactional-attempt.ts'

/**
 * Runs one attempt. On every engine, only this function, `startAttempt` and `startBatch` call a handler. They parse the payload
 * again, build the context, enforce the timeout, call the hooks, classify errors and, after the last attempt, call
 * `onFailure`. It never rejects: the caller translates the outcome for its engine.
 */
export function runAttempt(definition: Definition, envelope: Envelope, options: AttemptOptions): Promise<Outcome> {
  return new Promise((resolve) => startAttempt(definition, envelope, options, { ended: resolve }))
}

/** Runs one attempt like `runAttempt`, and calls `receiver.ended` with its outcome, possibly at once. */
export function startAttempt(
  definition: Definition,
  envelope: Envelope,
  options: AttemptOptions,
  receiver: AttemptReceiver,
): void {
  if (definition.kind === 'batch') return startBatch(definition, [{ envelope, options, receiver }])
  const stopped = stopOutcome(options.signal) ?? leaveForAnother(envelope, options.host)
  if (stopped) return receiver.ended(stopped)
  if (!isEncoded(envelope.payload)) return begin(definition, envelope, options, receiver)
  void openForAttempt(envelope, options).then((opened) =>
    'left' in opened ? receiver.ended(opened.left) : begin(definition, opened.envelope, options, receiver),
  )
}

function begin(
  definition: Exclude<Definition, BatchJobDefinition>,
  envelope: Envelope,
  options: AttemptOptions,
  receiver: AttemptReceiver,
): void {
  const attempt = new Attempt(definition, envelope, options, receiver)
  if (attempt.host.instrument && definition.kind !== 'workflow') attempt.observe({})
  if (!attempt.isResumed) announceAttempt(attempt)
  if (!isWorkflow(attempt)) return startHandler(attempt as HandledAttempt)
  inScope(attempt, replayWorkflow, attempt).then(
    (outcome) => finishAttempt(attempt, outcome),
    // The host's clock or random number generator threw. What a handler throws never gets here.
    (error: unknown) => finishAttempt(attempt, { type: 'failed', error: toErrorInfo(error) }),
  )
}

function isWorkflow(attempt: Attempt): attempt is Attempt & { readonly definition: WorkflowDefinition } {
  return attempt.definition.kind === 'workflow'
}
