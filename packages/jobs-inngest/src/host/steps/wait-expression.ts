import { UnsupportedFeatureError } from '@cgk-platform/jobs-core'
import type { EventMatch } from '@cgk-platform/jobs-core/provider'

const plainName = /^[A-Za-z_][A-Za-z0-9_]*$/
/** Words of the language itself: a field that is called so is named as a text. */
const reserved = new Set(
  'in true false null as break const continue else for function if import let loop package namespace return var void while'.split(
    ' ',
  ),
)
/** A whole number is one of 64 bits there. */
const tooLarge = 2 ** 63
/** Inngest compares what it has to write with a backslash with nothing. */
const unwritable = /[\\\p{C}]/u

/**
 * What an event must have for a wait to be answered, in Inngest's expressions: the tenant of the run, and a field's value.
 * The values themselves are written there, though they lie in the event that began the run, too: of a wait whose
 * expression names that one, Inngest forgets that it is one of a race.
 *
 * @throws {UnsupportedFeatureError} for a value that Inngest cannot compare.
 */
export function toWaitExpression(tenantId: string, match: EventMatch | undefined): string {
  const ofTenant = `async.data.tenantId == ${toLiteral(tenantId)}`
  if (!match) return ofTenant
  const { field, value } = match
  const path = plainName.test(field) && !reserved.has(field) ? `.${field}` : `[${toLiteral(field)}]`
  return `${ofTenant} && async.data${path} == ${toLiteral(value)}`
}

/** What the event that Inngest sends at the end of a run must have, to be that of a definition for a job. */
export function toEndExpression(jobId: string, functionId: string): string {
  return `async.data["event"]["id"] == ${toLiteral(jobId)} && async.data["function_id"] == ${toLiteral(functionId)}`
}

function toLiteral(value: EventMatch['value']): string {
  if (typeof value === 'number' && Math.abs(value) >= tooLarge) throw incomparable('a number beyond 64 bits')
  if (typeof value !== 'string') return String(value)
  const quote = ['"', "'"].find((mark) => !value.includes(mark))
  if (quote !== undefined && !unwritable.test(value)) return `${quote}${value}${quote}`
  throw incomparable('such a text')
}

/** Without the value: it is of a payload, and errors are logged. */
function incomparable(what: string): UnsupportedFeatureError {
  return new UnsupportedFeatureError({
    feature: `a wait for an event with ${what}`,
    provider: 'inngest',
    remedy:
      'It cannot compare backslashes, control characters, both quotation marks in one text, or numbers beyond 64 bits: ' +
      'match another field.',
  })
}
