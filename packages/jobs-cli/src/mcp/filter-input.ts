import { jobStates } from '@cgk-platform/jobs-core/scheduling'
import type { JobFilter } from '@cgk-platform/jobs-core/inspect'
import { z } from 'zod/v4'

import { readInstant } from '../operations/read-instant.ts'

const text = (description: string): z.ZodOptional<z.ZodString> =>
  z.string().min(1).max(500).describe(description).optional()

const states = z.enum(jobStates)

/** The filters of tools. */
export const filterShape = {
  definitionId: text('Only jobs with a run of this definition'),
  states: z.array(states).min(1).max(9).describe('Only jobs in one of these states').optional(),
  event: text('Only jobs of this event; `cron/<id>` for the ticks of a cron job'),
  reference: text('Only jobs that were sent with this reference'),
  since: text('Only jobs that were sent since: `2h` ago, or an ISO 8601 date'),
  until: text('Only jobs that were sent before: `2h` ago, or an ISO 8601 date'),
  endedSince: text('Only jobs with a run that ended since, whenever they were sent: `2h` ago, or an ISO 8601 date'),
  endedUntil: text('Only jobs with a run that ended before: `2h` ago, or an ISO 8601 date'),
  errorText: text("Only jobs with this text in a run's last error"),
  errorGroup: text('Only jobs whose run fails with this error: the `errorGroup` of `list_failed_by_error`'),
}

/** The tenant of tools that may see all tenants. */
export const tenantShape = { tenantId: text('Only the jobs of this tenant') }

/** The checked filters of a tool. */
export type FilterInput = z.output<z.ZodObject<typeof filterShape>> & { readonly tenantId?: string | undefined }

/** Returns the schema of an input with filters. @param tenantId - the only tenant that the tools may see */
export function filterInput<Shape extends z.ZodRawShape>(
  tenantId: string | undefined,
  more: Shape,
): z.ZodObject<typeof filterShape & typeof tenantShape & Shape> {
  const shape = tenantId === undefined ? { ...tenantShape, ...filterShape, ...more } : { ...filterShape, ...more }
  return z.strictObject(shape) as unknown as z.ZodObject<typeof filterShape & typeof tenantShape & Shape>
}

/** Returns the filter of a checked input. @throws {InvalidOptionError} for an invalid time */
export function filterOf({
  tenantId,
  definitionId,
  states: only,
  event,
  reference,
  since,
  until,
  endedSince,
  endedUntil,
  errorText,
  errorGroup,
}: FilterInput): JobFilter {
  return {
    ...(tenantId !== undefined && { tenantId }), // the client refuses an undefined tenant
    definitionId,
    states: only,
    event: event as JobFilter['event'],
    reference,
    since: since === undefined ? undefined : readInstant(since, 'since'),
    until: until === undefined ? undefined : readInstant(until, 'until'),
    endedSince: endedSince === undefined ? undefined : readInstant(endedSince, 'endedSince'),
    endedUntil: endedUntil === undefined ? undefined : readInstant(endedUntil, 'endedUntil'),
    errorText,
    errorGroup,
  }
}
