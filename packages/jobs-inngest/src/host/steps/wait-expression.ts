import { UnsupportedFeatureError } from '@cgk-platform/jobs-core/errors'
import type { EventMatch, MatchValue } from '@cgk-platform/jobs-core/hosted'
import { systemTenantId } from '@cgk-platform/jobs-core/provider'

import { isReserved } from '../../wire/inngest-event.ts'
import { isPlainMember } from '../../wire/is-plain-member.ts'

/** Upper bound of numbers: the expression language has 64-bit integers. */
const tooLarge = 2 ** 63
/** Characters that need a backslash in a string. Inngest cannot compare strings with a backslash. */
const unsupportedCharacters = /[\\\p{C}]/u

/**
 * Returns Inngest's expression for an event that ends a wait: the run's tenant, and the values of the matched fields. The
 * values are literals, although the event of the run also contains them: a wait whose expression refers to that event
 * loses its race mode in Inngest.
 *
 * @throws {UnsupportedFeatureError} for a value that Inngest cannot compare.
 */
export function toWaitExpression(tenantId: string, match: EventMatch | undefined): string {
  const inPayload = `async.data.tenantId == ${toLiteral(tenantId, 'tenant')}`
  // Another producer cannot send for the platform, and its events have no record.
  const ofTenant = tenantId === systemTenantId ? `${inPayload} && async.data._job.tenantId == "${tenantId}"` : inPayload
  const fields = Object.entries(match ?? {}).map(
    ([field, value]) => `async.data${toPath(field)} == ${toLiteral(value)}`,
  )
  return [ofTenant, ...fields].join(' && ')
}

/** Returns the expression for Inngest's event that a definition's run of a job has ended. */
export function toEndExpression(jobId: string, functionId: string): string {
  return `async.data["event"]["id"] == ${toLiteral(jobId)} && async.data["function_id"] == ${toLiteral(functionId)}`
}

/** Returns the path of a payload's member in an event's data. */
function toPath(field: string): string {
  if (isReserved(field)) return `._job.reserved.${field}`
  return isPlainMember(field) ? `.${field}` : `[${toLiteral(field)}]`
}

function toLiteral(value: MatchValue, kind: 'tenant' | 'value' = 'value'): string {
  if (typeof value === 'number' && Math.abs(value) >= tooLarge) {
    throw incomparable('a number beyond 64 bits', 'numbers beyond 64 bits. Match another field.')
  }
  if (typeof value !== 'string') return String(value)
  const quote = ['"', "'"].find((mark) => !value.includes(mark))
  if (quote !== undefined && !unsupportedCharacters.test(value)) return `${quote}${value}${quote}`
  const strings = 'strings with backslashes, control or invisible characters, or both kinds of quotation marks. '
  if (kind === 'value') throw incomparable('such a string', `${strings}Match another field.`)
  throw incomparable('such a tenant', `${strings}In workflows that wait, use another id for the tenant.`)
}

/** Returns the error without the value, because values are part of a payload and errors are logged. */
function incomparable(what: string, whatNot: string): UnsupportedFeatureError {
  return new UnsupportedFeatureError({
    feature: `a wait for an event with ${what}`,
    provider: 'inngest',
    remedy: `Inngest cannot compare ${whatNot}`,
  })
}
