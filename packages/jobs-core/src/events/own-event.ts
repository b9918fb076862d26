import { jobEventPrefix } from '../values/reserved-names.ts'

/** The event of a definition with `payload`, which no other definition handles. */
export interface OwnEvent<Schema = unknown> {
  /** The name of the event: `job/` and the definition's id. */
  readonly event: `job/${string}`
  /** The schema of the payload. */
  readonly payload: Schema
}

/** Returns the id of the definition whose own event this is, or `undefined` for any other event. */
export function ownDefinitionIdOf(event: string): string | undefined {
  return event.startsWith(jobEventPrefix) ? event.slice(jobEventPrefix.length) : undefined
}

/** Returns the name of the event of a definition with `payload`. */
export function ownEventOf(definitionId: string): OwnEvent['event'] {
  return `${jobEventPrefix}${definitionId}`
}
