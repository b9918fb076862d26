/**
 * The contract of a provider, and the rules that apply on every engine.
 *
 * @module jobs-core/provider
 */

// Engines: the provider contract, and how one is chosen
export { registerEngine } from './client/register-engine.ts'
export type { Feature, FeatureSupport } from './engines/capabilities.ts'
export { declareFeatures } from './engines/declare-features.ts'
export type { EngineDescriptor } from './engines/engine-descriptor.ts'
export type { Engine } from './provider/engine-registry.ts'
export type {
  LoadableEngines,
  ProviderConfigTypes,
  ProviderOptions,
  AppTransaction,
  ProviderOptionTypes,
  TransactionTypes,
  ProviderSendOptions,
  ProviderSendOptionTypes,
} from './engines/engine-types.ts'
export type { OpenTransaction, TransactionOpener } from './engines/open-transaction.ts'
export type { ErasedPart } from './provider/erased-part.ts'
export type {
  FailureCount,
  HistoryCount,
  HistoryQuery,
  RunCounts,
  FailureQuery,
  InspectFilter,
  InspectQuery,
  JobInspection,
} from './provider/job-inspection.ts'
export { summarizeRuns } from './inspection/summarize-runs.ts'
export type { ListQuery } from './status/job-page.ts'
export type { EnvelopeResult } from './sends/envelope-result.ts'
export type { WaitingLimits } from './sends/max-waiting.ts'
export { findUnsupportedOptions } from './provider/check-provider-options.ts'

// Options and their checks
export { environment } from './runtime/environment.ts'
export { createSlots, type Slots } from './runtime/slots.ts'
export { invalidOption } from './options/check-option-names.ts'
export { type CheckedOptions, type DeclaredOptions, declareOptions } from './options/declare-options.ts'
export { kindOf } from './options/kind-of.ts'
export { boolean, custom, duration, integer, oneOf, string } from './options/kinds.ts'
export type { Option } from './options/option.ts'

// Definitions
export { claimCronJob } from './jobs/cron-claims.ts'
export { describeUnhandled } from './jobs/describe-unhandled.ts'
export { eventOf, eventsOf } from './jobs/event-of.ts'
export type { JobRegistry } from './jobs/job-registry.ts'

// Events and envelopes
export { decodeEnvelope, type Envelope, encodeEnvelope, notUnderstood } from './events/envelope.ts'
export { createJobId } from './events/job-id.ts'
export type { Json } from './values/json.ts'
export { systemTenantId } from './values/reserved-names.ts'

// Attempts
export type { AttemptOptions, AttemptReplay } from './runs/attempt.ts'
export type { AttemptHost, JobHost } from './runs/job-host.ts'
export type { EngineLimits } from './engines/engine-limits.ts'
export { leaveForAnother } from './runs/leave-for-another.ts'
export { leaveUndecoded } from './runs/open-envelope.ts'
export { maxAttemptsOf } from './runs/max-attempts.ts'
export type { Outcome, RunRestart } from './hooks/outcome.ts'
export { runAttempt } from './provider/run-attempt.ts'
export { createScope } from './ambient/async-context.ts'

// Cron ticks
export { cronEventOf, cronJobIdOf } from './jobs/cron-event.ts'
export type { TickHost } from './runs/dispatch-tick.ts'

// Status of jobs and runs
export { jobStateOf, newestRuns } from './status/job-state.ts'
export { jobStatusOf } from './status/job-status-of.ts'
export { sentDetailsOf } from './status/sent-details-of.ts'

// Workflows
export { resolveEventWait, resolveJobWait, failMissingJobWait, failPastWait } from './workflows/resolve-waits.ts'
export { createRecordedStepEngine } from './workflows/recorded-step-engine.ts'
export type { StepRecordStore } from './steps/step-record-store.ts'
export type { StepStatus, CompensationStatus } from './status/step-status.ts'
export { toWorkflowStatus } from './steps/to-step-status.ts'
export {
  retryWorkflowRecord,
  restartWorkflowRecord,
  beginWorkflowRecord,
  createWorkflowRecord,
  type StepRecord,
  type WorkflowRecord,
} from './steps/workflow-record.ts'

// Requests to hosted engines
export { limitsOf } from './engines/limits-of.ts'

// Errors and logs
export { bindLogger } from './logging/logger.ts'
export { type JobErrorInfo, toErrorInfo } from './errors/error-info.ts'

// Time
export { type Clock, elapsedOf } from './time/clock.ts'
export { maxDurationMs, toMilliseconds } from './options/duration.ts'
export { pause } from './time/pause.ts'
export { systemClock } from './time/system-clock.ts'
export { awaitAtMost } from './time/await-at-most.ts'

// Clients
export type { ClientOptions } from './client/client-options.ts'
export { createClient } from './client/create-client.ts'
