import { escapeInvisibleInJson } from '@cgk-platform/jobs-core/tools'

/** Returns a value as JSON that is also safe on a terminal. Dates are ISO 8601. */
export function toJson(value: unknown, indent?: number): string {
  return escapeInvisibleInJson(JSON.stringify(value, undefined, indent))
}
