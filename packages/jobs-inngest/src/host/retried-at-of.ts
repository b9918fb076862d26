import type { Definition } from '@cgk-platform/jobs-core'

import { timeOfId } from '../wire/event-id.ts'

/**
 * Returns when Inngest created a run, epoch milliseconds, if its definition has a `runTimeout`. A run of `retryJob` has
 * the event of the first run, so only the time in its id says when it was retried.
 */
export function retriedAtOf({ runTimeoutMs }: Definition, runId: string): number | undefined {
  return runTimeoutMs === undefined ? undefined : timeOfId(runId)
}
