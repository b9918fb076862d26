import type { EngineRun } from '../api/engine-shapes.ts'
import { isAttemptRecord, readRecord } from '../wire/run-record.ts'

/**
 * Whether everything that is to be known of a run can be read. Trigger.dev shows the end of an attempt some 50 ms before
 * the metadata that came along with it: until then a run that has ended may tell nothing of its definition, its output
 * or its error's code.
 */
export function isSettled({ status, metadata }: EngineRun): boolean {
  if (status !== 'COMPLETED' && status !== 'FAILED') return true
  const record = readRecord(metadata)
  if (!isAttemptRecord(record)) return record !== undefined
  return status === 'COMPLETED' ? record.output !== undefined : record.failed === true
}
