import { jobEventPrefix } from '../values/reserved-names.ts'

/** The only event of a definition with `payload`. */
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

/**
 * Returns the name of the own event of a definition, which no other definition handles. `step.runJob` sends it: a
 * definition with `event` handles both, with the same schema.
 */
export function ownEventOf(definitionId: string): OwnEvent['event'] {
  return `${jobEventPrefix}${definitionId}`
}
