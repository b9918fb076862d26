import { jobEventPrefix } from '../values/reserved-names.ts'

/** The event of a definition with `payload`, which no other definition handles. */
export interface OwnEvent<Schema = unknown> {
  /** The name of the event: `job/` and the definition's id. */
  readonly event: `job/${string}`
  /** The schema of the payload. */
  readonly payload: Schema
}

/** Returns the name of the event of a definition with `payload`. */
export function ownEventOf(definitionId: string): OwnEvent['event'] {
  return `${jobEventPrefix}${definitionId}`
}
