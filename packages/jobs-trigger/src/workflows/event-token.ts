import type { Clock, StepRecord } from '@cgk-platform/jobs-core/provider'

import type { TriggerApi } from '../api/trigger-api.ts'
import { awaitAllTagOf, awaitTagsOf, eventWaitKey, waitsTagOf } from '../wire/wait-keys.ts'
import { listLagMs } from './find-late-event.ts'

/** The services and ids that creating an event token needs. */
export interface EventTokenDependencies {
  readonly api: Pick<TriggerApi, 'tokens'>
  readonly clock: Clock
  readonly runId: string
  readonly tenantId: string
}

/**
 * Creates the token of a step that waits for an event. Returns the same token if it is called again for the same wait.
 *
 * @param mode - `replacement`: creates another token for the same wait, because the first one was completed with a
 *   string that is not a matching event
 */
export async function createEventToken(
  { key, event = '', match, startedAt, since, until = startedAt }: StepRecord,
  { api, clock, runId, tenantId }: EventTokenDependencies,
  mode: 'first' | 'replacement' = 'first',
): Promise<string> {
  const tags = [...(await awaitTagsOf(event, tenantId, match)), await awaitAllTagOf(event, tenantId), waitsTagOf(runId)]
  const name = mode === 'first' ? key : `${key}/${crypto.randomUUID()}`
  return api.tokens.create(`create the token of the wait \`${key}\``, {
    // At the timeout, the workflow lists the events whose runs have not begun.
    timeoutMs: until - clock.now() + listLagMs,
    tags,
    idempotencyKey: eventWaitKey({ runId, startedAt, until, since }, name),
  })
}
