import type { Clock, StepRecord } from '@cgk-platform/jobs-core/provider'

import type { TriggerApi } from '../api/trigger-api.ts'
import { awaitAllTagOf, awaitTagOf, eventWaitKey, waitsTagOf } from '../wire/wait-keys.ts'

/** What tokens are made with. */
export interface EventTokenParts {
  readonly api: Pick<TriggerApi, 'tokens'>
  readonly clock: Clock
  readonly runId: string
  readonly tenantId: string
}

/**
 * Makes the token of a step that waits for an event; asked again for the same wait, the same one.
 *
 * @param times - `anew`: one in the place of one that was completed with what answers nothing
 */
export async function createEventToken(
  { key, event = '', match, startedAt, until = startedAt }: StepRecord,
  { api, clock, runId, tenantId }: EventTokenParts,
  times: 'once' | 'anew' = 'once',
): Promise<string> {
  const tags = [await awaitTagOf(event, tenantId, match), await awaitAllTagOf(event, tenantId), waitsTagOf(runId)]
  const name = times === 'once' ? key : `${key}/${crypto.randomUUID()}`
  return api.tokens.create(`create the wait \`${key}\``, {
    timeoutMs: until - clock.now(),
    tags,
    idempotencyKey: eventWaitKey({ runId, startedAt, until }, name),
  })
}
