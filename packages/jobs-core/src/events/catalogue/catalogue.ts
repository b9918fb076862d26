import type { StandardSchemaV1 } from '@standard-schema/spec'

import type { BuiltInEvents } from './built-in-events.ts'
import type { schemas } from './schemas.ts'

/** The schemas of the built-in events by name, in the format of `defineEvents`. */
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
 * Creates a schema that loads all schemas on first use. Loading zod takes longer than loading the rest of the core, and an
 * app with only its own events does not need it. Once loaded, a schema is synchronous.
 */
function schemaOf<Event extends keyof BuiltInEvents>(event: Event): StandardSchemaV1<BuiltInEvents[Event]> {
  const validate: StandardSchemaV1.Props<BuiltInEvents[Event]>['validate'] = (value) =>
    loaded ? loaded[event]['~standard'].validate(value) : loadCatalogue().then(() => validate(value))
  return { '~standard': { version: 1, vendor: 'zod', validate } }
}

/**
 * Loads the schemas of the built-in events. Otherwise the first send or handler of a built-in event waits for it, some tens
 * of milliseconds. The test kit loads them before it advances its clock.
 */
export async function loadCatalogue(): Promise<void> {
  const module = await import('./schemas.ts')
  loaded = module.schemas
}
