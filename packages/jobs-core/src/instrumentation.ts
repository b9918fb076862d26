/**
 * The interface that traces and metrics implement.
 *
 * @module jobs-core/instrumentation
 */

export type {
  Activity,
  AttemptActivity,
  AttemptPart,
  CalledEngine,
  Instrumentation,
  PartEnd,
  SendActivity,
  SettleActivity,
  SettledJob,
  StartedAttempt,
  StartedSend,
  TraceFields,
} from './hooks/instrumentation.ts'
