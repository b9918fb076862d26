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
  type LocalProvider,
  type OpenedStore,
} from './provider/create-engine-provider.ts'
export type { StoreChecks } from './provider/health-of.ts'
export {
  type CheckedEngineOptions,
  engineOptions,
  type EngineRole,
  type EngineSettings,
  toEngineSettings,
} from './provider/engine-options.ts'
export { applyJob, toEventNotice } from './records/apply-job.ts'
export { createRun } from './records/create-run.ts'
export { enterAttempt, enterState, moveDue } from './records/enter-state.ts'
export { fromText, toText } from './records/json-column.ts'
export { otherCode, type Parked, parkedOf, parkedVersionsOf } from './records/parked-for.ts'
export { compensationStates, fromRunColumns, type RunColumns, unreadable } from './records/run-columns.ts'
export {
  attemptMembers,
  type AttemptState,
  type EndedState,
  type LastError,
  resultMembers,
  type RunState,
} from './records/run-state.ts'
export { stateOfRuns } from './records/state-of-runs.ts'
export { type AttemptColumns, maxStoredAttempts, toStoredAttempt } from './records/stored-attempt.ts'
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
export { positionOf, type StepRow, toRecord, toStep, toStoredRecord } from './records/stored-steps.ts'
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
export { type SummaryColumns, summarizeRows } from './records/to-job-summary.ts'
export { type BatchBounds, maxBatchBytes } from './rules/batch-bounds.ts'
export { claimInTurns } from './rules/claim-in-turns.ts'
export { arrivedAt, quietUntil } from './rules/debounce.ts'
export { findDead, type WorkerRow } from './rules/find-dead.ts'
export { isCompensatedOnCancel } from './rules/is-compensated-on-cancel.ts'
export { LimitedRuns } from './rules/limited-runs.ts'
export { maxPastEvents } from './rules/max-past-events.ts'
export { missableSince } from './rules/missable-since.ts'
export { PassBound } from './rules/pass-bound.ts'
export { rankFrom, type RankedRun, rankOf } from './rules/rank-of.ts'
export { refuseOverLimits, type WaitingPlaces } from './rules/refuse-over-limits.ts'
export type { RunSource } from './rules/run-source.ts'
export {
  emptyWorkerWaitMs,
  endedProcess,
  groupSizeOf,
  leastCharged,
  longLifeMs,
  maxApartMs,
  probationMsOf,
} from './rules/suspects.ts'
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
