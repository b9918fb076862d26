/**
 * The engine of this package on another store. Internal to the packages of this library: it can change in any version.
 *
 * @module jobs-local/engine
 */

export { checkCursor } from './inspection/check-cursor.ts'
export { sqliteCapabilities } from './provider/capabilities.ts'
export {
  createEngineProvider,
  type EngineProviderOptions,
  type EngineRole,
  type LocalProvider,
  type OpenedStore,
} from './provider/create-engine-provider.ts'
export type { StoreChecks } from './provider/health-of.ts'
export { tenantWeightsOption } from './provider/tenant-weights-option.ts'
export { createRun } from './records/create-run.ts'
export { enterAttempt, enterState, lastErrorOf, moveDue } from './records/enter-state.ts'
export { parkedFor } from './records/parked-for.ts'
export {
  attemptMembers,
  type AttemptState,
  type EndedState,
  type LastError,
  resultMembers,
  type RunState,
} from './records/run-state.ts'
export { maxStoredAttempts, type StoredAttempt } from './records/stored-attempt.ts'
export {
  type BegunRun,
  type Gather,
  hasBegun,
  makeDueAgain,
  nextRunId,
  type QueuedRun,
  type RunInAnyState,
  runIdOf,
  stateOf,
  type StoredJob,
  type StoredRun,
} from './records/stored-run.ts'
export {
  inVersions,
  type PayloadKeys,
  type RemoteSubscriber,
  type Subscriber,
  type WorkerDefinition,
} from './records/subscriber.ts'
export { missingDefinitionOf, subscribersOf, toWorkerDefinition } from './records/subscribers-of.ts'
export { toJobCounts } from './records/to-job-counts.ts'
export { toJobStatus } from './records/to-job-status.ts'
export { type SummaryFacts, toJobSummary } from './records/to-job-summary.ts'
export { type BatchBounds, maxBatchBytes } from './rules/batch-bounds.ts'
export { claimInTurns } from './rules/claim-in-turns.ts'
export { arrivedAt, quietUntil } from './rules/debounce.ts'
export { isCompensatedOnCancel } from './rules/is-compensated-on-cancel.ts'
export { LimitedRuns } from './rules/limited-runs.ts'
export { maxPastEvents } from './rules/max-past-events.ts'
export { missableSince } from './rules/missable-since.ts'
export { PassBound } from './rules/pass-bound.ts'
export { rankFrom, type RankedRun, rankOf } from './rules/rank-of.ts'
export { refuseOverLimits, type WaitingPlaces } from './rules/refuse-over-limits.ts'
export type { RunSource } from './rules/run-source.ts'
export { createTurnState, TenantTurns, type Turn, type TurnEnd, type TurnState } from './rules/tenant-turns.ts'
export { compareText, nextIn } from './rules/text-order.ts'
export { arrivalWindow, turnBatch } from './rules/turn-batch.ts'
export { Turns } from './rules/turns.ts'
export { isLargeOutcome, isLargeValue } from './store/is-large-value.ts'
export type {
  BegunWork,
  Capacity,
  EndedRun,
  EngineStore,
  MaybePromise,
  PassCallbacks,
  SavedStep,
  Sharing,
  StoredPauses,
} from './store/engine-store.ts'
export type {
  GetOptions,
  LimitsOf,
  ResolvedStep,
  Retention,
  RunChanges,
  RunLimits,
  StoredPage,
} from './store/job-store.ts'
export { hasEnded, identifyProcess, placeOf } from './store/sqlite/workers/process-identity.ts'
export { whenDone } from './store/when-done.ts'
export { machineClock } from './time/machine-clock.ts'
