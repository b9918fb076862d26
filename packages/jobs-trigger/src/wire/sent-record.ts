import type { Envelope } from '@cgk-platform/jobs-core/provider'

/** The key in the metadata of a job's run that holds the facts of the send. */
const sentKey = 'jobSent'

/** The facts of a send that lists need: a list has no payloads, and tags shorten long values. */
export interface SentRecord {
  readonly tenantId: string
  /** Time of the send, in epoch milliseconds. */
  readonly at: number
  readonly references?: readonly string[]
}

/** Returns the metadata of a job's run when it is sent. */
export function sentMetadata({
  tenantId,
  sentAt,
  references,
}: Pick<Envelope, 'tenantId' | 'sentAt' | 'references'>): Readonly<Record<string, SentRecord>> {
  return { [sentKey]: { tenantId, at: sentAt, ...(references && { references }) } }
}

/** Reads the facts of the send from a run's metadata. Returns `undefined` if this library did not send it. */
export function readSentRecord(metadata: Readonly<Record<string, unknown>> | undefined): SentRecord | undefined {
  const { tenantId, at, references } = (metadata?.[sentKey] ?? {}) as Partial<SentRecord>
  if (typeof tenantId !== 'string' || typeof at !== 'number') return undefined
  return { tenantId, at, ...(Array.isArray(references) && { references }) }
}
