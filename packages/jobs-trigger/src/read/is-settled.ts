import type { EngineRun } from '../api/engine-shapes.ts'
import { isAttemptRecord, readRecord } from '../wire/run-record.ts'

/**
 * Returns true if a run's metadata is complete. Trigger.dev shows the end of an attempt about 50 ms before the metadata
 * that arrived with it. Until then, an ended run may lack its definition, its output or its error code.
 */
export function isSettled({ status, metadata }: Pick<EngineRun, 'status' | 'metadata'>): boolean {
  if (status !== 'COMPLETED' && status !== 'FAILED') return true
  const record = readRecord(metadata)
  if (!isAttemptRecord(record)) return record !== undefined
  return status === 'COMPLETED' ? record.output !== undefined : record.failed === true
}
