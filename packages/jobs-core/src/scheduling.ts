/**
 * For engines that schedule jobs themselves: turns, throttles, batches, ticks, and attempts in less time.
 *
 * @module jobs-core/scheduling
 */

// Engines: the provider contract, and how one is chosen
export type { RunFacts } from './inspection/summarize-runs.ts'
export { countedDuration, historyAge } from './inspection/get-history.ts'
export { errorGroupOf } from './inspection/error-group.ts'

// Clients
export { hasTenantRouter } from './ambient/router-link.ts'

// Options and their checks
export { isProduction } from './runtime/environment.ts'
export type { OptionTable } from './options/declare-options.ts'
export { group } from './options/kinds.ts'

// Definitions
export type { ConcurrencyLimits } from './jobs/concurrency.ts'
export { afterStart, byLimits, nextStartAt, type ThrottleState } from './jobs/gcra.ts'
export { payloadKeyOf } from './jobs/payload-key.ts'
export type { ThrottleLimits } from './jobs/throttle.ts'
export { versionsOf } from './jobs/previous-workflow.ts'
export { priorityOf } from './sends/priority.ts'
export { onCronJobsReleased, releaseCronJobs } from './jobs/cron-claims.ts'
export type { DebounceTimes } from './jobs/debounce.ts'
export { createJobRegistry } from './jobs/job-registry.ts'

// Events and envelopes
export { loadCatalogue } from './events/catalogue/catalogue.ts'
export { ownDefinitionIdOf, ownEventOf } from './events/own-event.ts'
export { signaledJobOf, signalEventOf, signalOf } from './events/signal-event.ts'
export { beforeJobIdsSince, sentAtOf } from './events/job-id.ts'
export { copyJson, mayExceed } from './values/json.ts'

// Attempts
export type { AttemptReceiver } from './runs/attempt.ts'
export { EndOfTurn } from './runs/end-of-turn.ts'
export type { StopNotice, Stoppable } from './runs/run-until-stopped.ts'
export type { SendInfo } from './hooks/hooks.ts'
export { startAttempt } from './provider/run-attempt.ts'
export { startBatch } from './runs/start-batch.ts'
export { runDetached, runWithClient, type Scope } from './ambient/async-context.ts'

// Cron ticks
export { toCronEnvelope } from './jobs/cron-event.ts'
export { dispatchTick, missedTickAfterMs, tickToDispatch } from './runs/dispatch-tick.ts'
export { latestTick } from './time/latest-tick.ts'

// Status of jobs and runs
export { sentStatusOf } from './status/job-status-of.ts'
export { jobStates, retryableStates, type RunInJob } from './status/job-state.ts'

// Workflows
export { extendGraceMs } from './workflows/grace-time.ts'
export { shiftStepTimes } from './workflows/shift-step-times.ts'

// Requests to hosted engines
export { tickRetryDelaysMs } from './hosted/dispatch-scheduled-tick.ts'

// Errors and logs
export type { StoreProblem } from './errors/store-error.ts'
export { warnOnce } from './logging/warn-once.ts'

// Time
export type { Timer } from './time/clock.ts'
