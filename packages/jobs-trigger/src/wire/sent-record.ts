import type { EventMatch } from '@cgk-platform/jobs-core/hosted'
import type { Envelope, Json } from '@cgk-platform/jobs-core/provider'

/** The key in the metadata of a job's run that holds the facts of the send. */
const sentKey = 'jobSent'

/** The facts of a send that lists need: a list has no payloads, and tags shorten long values. */
export interface SentRecord {
  readonly tenantId: string
  /** Time of the send, in epoch milliseconds. */
  readonly at: number
  readonly references?: readonly string[]
  /** Hashes of the payload's values that a wait can match. Absent: none, too many, or too long. */
  readonly values?: string
}

const maxValues = 20
/** Length of a text from which on no value is hashed: it takes time at each send, and a wait hardly matches it. */
const maxTextLength = 1000
const hashLength = 8

/** Returns the metadata of a job's run when it is sent. */
export function sentMetadata({
  tenantId,
  sentAt,
  references,
  payload,
}: Pick<Envelope, 'tenantId' | 'sentAt' | 'references' | 'payload'>): Readonly<Record<string, SentRecord>> {
  const values = valuesOf(payload)
  return { [sentKey]: { tenantId, at: sentAt, ...(references && { references }), ...(values !== '' && { values }) } }
}

/** Reads the facts of the send from a run's metadata. Returns `undefined` if this library did not send it. */
export function readSentRecord(metadata: Readonly<Record<string, unknown>> | undefined): SentRecord | undefined {
  const { tenantId, at, references, values } = (metadata?.[sentKey] ?? {}) as Partial<SentRecord>
  if (typeof tenantId !== 'string' || typeof at !== 'number') return undefined
  const more = { ...(Array.isArray(references) && { references }), ...(typeof values === 'string' && { values }) }
  return { tenantId, at, ...more }
}

/** Returns false if an event cannot match, so that its payload need not be read. */
export function mayMatch({ values }: Pick<SentRecord, 'values'>, match: EventMatch | undefined): boolean {
  if (values === undefined || !match) return true
  const known = new Set(values.match(new RegExp(`.{${hashLength}}`, 'g')))
  return Object.entries(match).every(([field, value]) => field === 'tenantId' || known.has(hashOf(field, value)))
}

/** Returns the hashes of the values that a wait can match, without those of the tenant. */
function valuesOf(payload: Json): string {
  if (typeof payload !== 'object' || payload === null || Array.isArray(payload)) return ''
  const fields = Object.entries(payload).filter(([field, value]) => field !== 'tenantId' && !isNested(value))
  const isLong = fields.some(([, value]) => typeof value === 'string' && value.length > maxTextLength)
  return isLong || fields.length > maxValues ? '' : fields.map(([field, value]) => hashOf(field, value)).join('')
}

function isNested(value: Json): boolean {
  return typeof value === 'object' && value !== null
}

/** Returns a 32-bit FNV-1a hash as hexadecimal digits. */
function hashOf(field: string, value: Json): string {
  let hash = 0x811c9dc5
  for (const byte of new TextEncoder().encode(JSON.stringify([field, value]))) hash = Math.imul(hash ^ byte, 0x01000193)
  return (hash >>> 0).toString(16).padStart(hashLength, '0')
}
