import { analyticsSchemas } from './analytics-events.ts'
import type { BuiltInEvents } from './built-in-events.ts'
import { commerceSchemas } from './commerce-events.ts'
import { emailSchemas } from './email-events.ts'
import type { SchemasOf } from './shared-fields.ts'
import { webhookSchemas } from './webhook-events.ts'

/** The schemas of the built-in events. They keep unknown keys of a payload. */
export const schemas: SchemasOf<BuiltInEvents> = {
  ...commerceSchemas,
  ...emailSchemas,
  ...analyticsSchemas,
  ...webhookSchemas,
}
