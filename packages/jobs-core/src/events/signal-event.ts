import type { StandardSchemaV1 } from '@standard-schema/spec'

import { kindOf } from '../options/kind-of.ts'
import { signalEventPrefix } from '../values/reserved-names.ts'
import type { Envelope } from './envelope.ts'

/** The payload of the event that carries a signal. */
export interface SignalPayload {
  readonly tenantId: string
  /** The job that the signal is for. */
  readonly jobId: string
  /** The payload of the signal. */
  readonly payload: unknown
}

/** Returns the name of the event that carries a signal. */
export function signalEventOf(name: string): string {
  return `${signalEventPrefix}${name}`
}

/** Returns the name of the signal that an event carries, or `undefined` for any other event. */
export function signalOf(event: string): string | undefined {
  return event.startsWith(signalEventPrefix) ? event.slice(signalEventPrefix.length) : undefined
}

/** Returns the id of the job that an event carries a signal to, or `undefined` for any other event. */
export function signaledJobOf({ event, payload }: Pick<Envelope, 'event' | 'payload'>): string | undefined {
  return signalOf(event) === undefined ? undefined : (payload as unknown as SignalPayload | null)?.jobId
}

/** Returns the schema of the event that carries a signal. @param schema - that of the signal's payload. Default: any object */
export function signalSchema(schema?: StandardSchemaV1): StandardSchemaV1 {
  return {
    '~standard': {
      ...(schema?.['~standard'] ?? { version: 1, vendor: '@cgk-platform/jobs' }),
      validate(value) {
        const carried = value as SignalPayload
        const { payload } = carried
        if (typeof payload !== 'object' || payload === null || Array.isArray(payload))
          return { issues: [{ message: `is ${kindOf(payload)}, not an object` }] }
        const toResult = (parsed: StandardSchemaV1.Result<unknown>): StandardSchemaV1.Result<unknown> =>
          parsed.issues ? parsed : { value: { ...carried, payload: parsed.value } }
        const parsed = schema?.['~standard'].validate(payload) ?? { value: payload }
        return parsed instanceof Promise ? parsed.then(toResult) : toResult(parsed)
      },
    },
  }
}
