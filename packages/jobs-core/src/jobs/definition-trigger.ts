import type { StandardSchemaV1 } from '@standard-schema/spec'

import { senderFor } from '../ambient/default-sender.ts'
import type { SendOptions } from '../sends/send-options.ts'
import { InvalidDefinitionError } from '../errors/invalid-definition-error.ts'
import { quote } from '../errors/quote.ts'
import type { JobEvent } from '../events/job-events.ts'
import { type OwnEvent, ownEventOf } from '../events/own-event.ts'
import { schemaRemedy } from '../events/schema-remedy.ts'
import { custom } from '../options/kinds.ts'
import type { Option } from '../options/option.ts'
import type { JobRegistry } from './job-registry.ts'
import type { OwnJob } from './own-job.ts'

/** The checked options. */
export interface CheckedTrigger {
  readonly event?: JobEvent
  readonly payload?: StandardSchemaV1
}

const eventRemedy = 'Pass the name of the event to handle, such as `order.created`.'

/** The declarations of the options. */
export const triggerOptions: {
  readonly event: Option<unknown, JobEvent>
  readonly payload: Option<unknown, StandardSchemaV1>
} = {
  event: custom((event: unknown, name, createError) => {
    if (typeof event !== 'string') throw createError(name, 'is not a string', eventRemedy)
    return event as JobEvent
  }),
  payload: custom(
    (schema: unknown, name, createError) => {
      const remedy = schemaRemedy(schema)
      if (remedy !== undefined) throw createError(name, 'is not a Standard Schema', remedy)
      return schema as StandardSchemaV1
    },
    { excludes: 'event' },
  ),
}

/**
 * Returns the checked options with an event. For a definition with `payload`, that is its own one, and it has `send`.
 *
 * @throws {InvalidDefinitionError} if it has neither `event` nor `payload`.
 * @throws {UnknownEventError} if the event is not declared.
 */
export function withEvent<Checked extends CheckedTrigger & { readonly id: string }>(
  { events }: Pick<JobRegistry, 'events'>,
  call: string,
  { event, payload, ...checked }: Checked,
): Omit<Checked, 'event' | 'payload'> & ({ readonly event: JobEvent } | OwnJob) {
  if (payload === undefined) {
    if (event !== undefined) {
      events.require(event)
      return { ...checked, event }
    }
    throw new InvalidDefinitionError({
      what: `${call}(${quote(checked.id)})`,
      field: 'event',
      problem: 'is missing, and so is `payload`',
      remedy: `${eventRemedy} For a job without an event, set \`payload\` to the schema of its payload.`,
    })
  }
  const own = ownEventOf(checked.id)
  const send = (given: never, options?: SendOptions) =>
    senderFor(events).sendJob<OwnEvent<StandardSchemaV1>>(own as never, given, options)
  return { ...checked, event: own, payload, send }
}
