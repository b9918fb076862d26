import type { Queryable } from '../../database/database.ts'
import type { Hints } from '../hints.ts'
import { resolveJobWaits } from '../workflows/waits.ts'

/** Resolves the waits for jobs of which a run has ended in an earlier statement, with hints for those that continue. */
export async function endJobWaits(
  transaction: Queryable,
  jobIds: readonly string[],
  now: number,
  hints: Hints,
): Promise<void> {
  if (jobIds.length === 0) return
  const { counts, workers } = await resolveJobWaits(transaction, jobIds, now)
  for (const worker of workers) hints.notices(worker)
  if (counts.some((count) => count > 0)) hints.work()
}
