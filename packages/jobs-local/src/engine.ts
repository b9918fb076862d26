/**
 * The engine of this package on another store. Internal to the packages of this library: it can change in any version.
 *
 * @module jobs-local/engine
 */

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
export { beginFirst, enterAttempt, enterState } from './records/enter-state.ts'
export { fromText, toText } from './records/json-column.ts'
export { otherCode, type Parked, parkedOf, parkedVersionsOf, type ParkedVersion } from './records/parked-for.ts'
export { compensationStates, fromRunColumns, type RunColumns, unreadable } from './records/run-columns.ts'
export { stateOfRuns } from './records/state-of-runs.ts'
export { type AttemptColumns, maxStoredAttempts, toStoredAttempt } from './records/stored-attempt.ts'
export {
  type BegunRun,
  type Gather,
  hasBegun,
  makeDueAgain,
  noteRetry,
  type QueuedRun,
  type RunInAnyState,
  runIdOf,
  stateOf,
  type StoredJob,
  type StoredRun,
} from './records/stored-run.ts'
export { positionOf, type StepRow, toRecord, toStep, toStoredRecord } from './records/stored-steps.ts'
export {
  type PayloadKeys,
  type RemoteSubscriber,
  type Subscriber,
  type WorkerDefinition,
} from './records/subscriber.ts'
export { missingDefinitionOf, subscribersOf, toWorkerDefinition } from './records/subscribers-of.ts'
export { toJobCounts } from './records/to-job-counts.ts'
export { type SummaryColumns, summarizeRows } from './records/to-job-summary.ts'
export { type BatchBounds, maxBatchBytes } from './rules/batch-bounds.ts'
export { ByTenant } from './rules/by-tenant.ts'
export { arrivedAt, quietUntil } from './rules/debounce.ts'
export { findDead, type WorkerRow } from './rules/find-dead.ts'
export { groupBy } from './rules/group-by.ts'
export { isCompensatedOnCancel } from './rules/is-compensated-on-cancel.ts'
export { maxPastEvents } from './rules/max-past-events.ts'
export { missableSince } from './rules/missable-since.ts'
export { manySlots, planClaim, type SlotSource } from './rules/plan-claim.ts'
export { rankOf } from './rules/rank-of.ts'
export { refuseOverLimits, type WaitingPlaces } from './rules/refuse-over-limits.ts'
export type { SlotFacts } from './records/slot-facts.ts'
export { takeInTurns } from './rules/take-in-turns.ts'
export {
  chooseSuspects,
  emptyWorkerWaitMs,
  endedProcess,
  leastCharged,
  longLifeMs,
  maxApartMs,
  probationMsOf,
  type SuspectChoice,
} from './rules/suspects.ts'
export { createTurnState, TenantTurns, type Turn, type TurnEnd, type TurnState } from './rules/tenant-turns.ts'
export { compareText, nextIn } from './rules/text-order.ts'
export { turnBatch } from './rules/turn-batch.ts'
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
  StoreTransactions,
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
export { machineClock } from './time/machine-clock.ts'
