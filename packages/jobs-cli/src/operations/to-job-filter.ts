import type { JobFilter } from '@cgk-platform/jobs-core/inspect'

import type { FilterFlags } from './filter-flags.ts'
import { readInstant } from './read-instant.ts'
import { readStates } from './read-states.ts'

/** Returns the filter of flags, without the tenant, which limits the client. @throws {InvalidOptionError} */
export function toJobFilter(flags: FilterFlags): JobFilter {
  const { definition, state, event, reference, since, until, endedSince, endedUntil, inPayload, error, errorGroup } =
    flags
  return {
    ...(definition !== undefined && { definitionId: definition }),
    ...(state !== undefined && { states: readStates(state) }),
    ...(event !== undefined && { event: event as NonNullable<JobFilter['event']> }),
    ...(reference !== undefined && { reference }),
    ...(since !== undefined && { since: readInstant(since, '--since') }),
    ...(until !== undefined && { until: readInstant(until, '--until') }),
    ...(endedSince !== undefined && { endedSince: readInstant(endedSince, '--ended-since') }),
    ...(endedUntil !== undefined && { endedUntil: readInstant(endedUntil, '--ended-until') }),
    ...(inPayload !== undefined && { payloadText: inPayload }),
    ...(error !== undefined && { errorText: error }),
    ...(errorGroup !== undefined && { errorGroup }),
  }
}
