import type { StandardSchemaV1 } from '@standard-schema/spec'

import type { BuiltInEvents } from './built-in-events.ts'
import type { schemas } from './schemas.ts'

/** The events that every platform has, each with its schema, as `defineEvents` takes them. */
export const catalogue: { readonly [Event in keyof BuiltInEvents]: StandardSchemaV1<BuiltInEvents[Event]> } = {
  'order.created': schemaOf('order.created'),
  'order.fulfilled': schemaOf('order.fulfilled'),
  'order.delivered': schemaOf('order.delivered'),
  'order.refunded': schemaOf('order.refunded'),
  'email.send': schemaOf('email.send'),
  'email.review_request': schemaOf('email.review_request'),
  'analytics.track': schemaOf('analytics.track'),
  'analytics.page_view': schemaOf('analytics.page_view'),
  'webhook.received': schemaOf('webhook.received'),
  'webhook.process': schemaOf('webhook.process'),
}

let loaded: typeof schemas | undefined

/**
 * All schemas are loaded when the first is used, and zod with them, which takes longer to load than the rest of the
 * core: an app that has events of its own alone does without. From then on a schema answers at once.
 */
function schemaOf<Event extends keyof BuiltInEvents>(event: Event): StandardSchemaV1<BuiltInEvents[Event]> {
  const validate: StandardSchemaV1.Props<BuiltInEvents[Event]>['validate'] = (value) =>
    loaded ? loaded[event]['~standard'].validate(value) : loadCatalogue().then(() => validate(value))
  return { '~standard': { version: 1, vendor: 'zod', validate } }
}

/**
 * Loads the schemas of the built-in events, which the first send of one, or its first handler, would else wait for:
 * some tens of milliseconds. The test kit does so before it moves its clock.
 */
export async function loadCatalogue(): Promise<void> {
  const module = await import('./schemas.ts')
  loaded = module.schemas
}
