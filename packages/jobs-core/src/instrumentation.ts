/**
 * The interface that traces and metrics implement.
 *
 * @module jobs-core/instrumentation
 */

export type {
  Activity,
  AttemptActivity,
  AttemptPart,
  Instrumentation,
  PartEnd,
  SendActivity,
  SettleActivity,
  SettledJob,
  StartedAttempt,
  TraceFields,
} from './hooks/instrumentation.ts'
