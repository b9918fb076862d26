/**
 * For engines behind a network that call a host: requests, native steps, and the host's attempts.
 *
 * @module jobs-core/hosted
 */

// Engines: the provider contract, and how one is chosen
export { portablePayloadBytes } from './engines/capabilities.ts'
export { checkDefinitionSupport } from './provider/check-support.ts'
export { endsWithin } from './inspection/ends-within.ts'

// Options and their checks
export { url } from './options/kinds.ts'
export type { CreateOptionError, OptionRules } from './options/option.ts'

// Definitions
export { toJobRegistry } from './jobs/job-registry.ts'

// Events and envelopes
export { type WireEnvelope, toWireEnvelope, toExternalEnvelope } from './events/envelope.ts'
export { signalEvents } from './events/define-signal.ts'
export { signaledJobOf, signalOf } from './events/signal-event.ts'
export { toSignalStatus } from './steps/to-step-status.ts'

// Attempts
export type { Backoff, RetryPolicy } from './retry/retry-config.ts'
export { suspension } from './runs/run-until-stopped.ts'

// Cron ticks
export { scheduledAtOf } from './jobs/cron-event.ts'

// Workflows
export { type AwaitableEvent, isEventTaken, matchesEvent } from './workflows/resolve-waits.ts'
export { attemptStep, type StepOutcome } from './workflows/attempt-step.ts'
export { compensationGraceMs } from './workflows/grace-time.ts'
export {
  stepKindChangedError,
  patchUndecidedError,
  stepRenamedError,
  compensationUnreachedError,
} from './workflows/workflow-change-errors.ts'
export { parkedMsAfter } from './workflows/park-run.ts'
export type { ReplayHistory } from './steps/replay-history.ts'
export type { ReplayResult, StepEngine, StepEngineFactory, ReplayContext } from './steps/step-engine.ts'
export type { StepContext, StepSendOptions } from './jobs/steps.ts'
export type { EventMatch, MatchValue, StepKind } from './status/step-status.ts'
export type {
  Work,
  RunCall,
  JobCall,
  SleepCall,
  SleepUntilCall,
  EventWaitCall,
  WorkCall,
  WaitCall,
  StepCall,
  AwaitedEvent,
} from './steps/step-call.ts'

// Requests to hosted engines
export { resolveOptionalRequest, resolveRequest, failedSend } from './hosted/resolve-request.ts'
export {
  createRequester,
  type Requester,
  type RequestOptions,
  maxHealthWaitMs,
  requestTimeoutMs,
} from './hosted/create-requester.ts'
export { dispatchScheduledTick } from './hosted/dispatch-scheduled-tick.ts'
export { permanentFailure, responseFailure, connectionFailure } from './hosted/classify-failure.ts'
export { createSharedReads } from './hosted/shared-reads.ts'
export { readRetryAfter } from './hosted/read-retry-after.ts'
export { hashOf } from './runtime/hash-of.ts'
export { forEachWithConcurrency, mapWithConcurrency } from './runtime/map-with-concurrency.ts'
export { type Failure, RequestFailure } from './hosted/request-failure.ts'
export { type JsonResponse, requestJson } from './hosted/request-json.ts'
export { type HostTestOptions, type HostOptions, hostOptions, prepareHost } from './hosted/prepare-host.ts'
export { BoundedMap } from './runtime/bounded-map.ts'

// Errors and logs
export { isTransientStatus } from './errors/is-transient-status.ts'
export { errorFrom } from './errors/error-from.ts'
