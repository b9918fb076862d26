import type { StepRecord } from '@cgk-platform/jobs-core/provider'
import { signalOf } from '@cgk-platform/jobs-core/scheduling'

/**
 * Returns `since` of a new wait that may miss an event whose job was deleted; `undefined` for other steps. Signals to
 * open jobs are not deleted.
 */
export function missableSince({
  state,
  event = '',
  since,
}: Pick<StepRecord, 'state' | 'event' | 'since'>): number | undefined {
  return state === 'waiting' && signalOf(event) === undefined ? since : undefined
}
