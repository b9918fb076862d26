import type { StandardSchemaV1 } from '@standard-schema/spec'

import { InvalidDefinitionError } from '../errors/invalid-definition-error.ts'
import { quote } from '../errors/quote.ts'
import { type CallSite, callSite } from '../runtime/call-site.ts'
import { eventNamePattern, refuseOther } from './define-events.ts'
import { type EventRegistry, maxEventNameLength, processEvents } from './event-registry.ts'
import { schemaRemedy } from './schema-remedy.ts'
import { signalEventOf, signalOf, signalSchema } from './signal-event.ts'

/** A message to one job, whose workflow waits for it with `step.waitForSignal`. */
export interface Signal<Schema extends StandardSchemaV1 = StandardSchemaV1> {
  /** The name of the signal. */
  readonly name: string
  /** The schema of the payload. */
  readonly payload: Schema
}

const maxLength = maxEventNameLength - signalEventOf('').length

/**
 * Declares a signal with the schema of its payload, which must be an object. It has a schema of a Standard Schema library,
 * or only a type with `eventType<T>()`.
 *
 * @throws {InvalidDefinitionError} for an invalid name or schema.
 * @throws {DuplicateEventError} if the name is already declared with another schema.
 */
export function defineSignal<Schema extends StandardSchemaV1<object, object>>(
  name: string,
  schema: Schema,
): Signal<Schema> {
  return declareSignal(processEvents(), name, { schema, declaredAt: callSite(defineSignal) })
}

/** Declares a signal in a registry. */
export function declareSignal<Schema extends StandardSchemaV1>(
  events: EventRegistry,
  name: string,
  { schema, declaredAt }: { readonly schema: Schema; readonly declaredAt: CallSite },
): Signal<Schema> {
  const fail = (field: string, problem: string, remedy: string): never => {
    throw new InvalidDefinitionError({ what: `Cannot declare the signal ${quote(name)}`, field, problem, remedy })
  }
  if (!isSignalName(name)) {
    const words = 'Use words of letters and digits, joined by `.`, `_`, `-` or `/`'
    fail('name', 'is not a valid name', `${words}, at most ${maxLength} characters: \`approval\`.`)
  }
  const remedy = schemaRemedy(schema)
  if (remedy !== undefined) fail('schema', 'is not a Standard Schema', remedy)
  const event = signalEventOf(name)
  const declared = { schema: signalSchema(schema), declaredAt, isUnlisted: true }
  const known = events.own.get(event)
  if (known) refuseOther(event, known, declared)
  events.own.set(event, declared)
  return Object.freeze({ name, payload: schema })
}

/** Returns the schema of the event that carries a signal: of the signal itself, or of that with the name. */
export function carrierSchemaOf(signal: Signal | string, events: EventRegistry): StandardSchemaV1 {
  if (typeof signal !== 'string') return signalSchema(signal.payload)
  return events.use(signalEventOf(signal))?.schema ?? signalSchema()
}

/** Returns true for the name of a signal, known or not. */
export function isSignalName(name: unknown): name is string {
  return typeof name === 'string' && eventNamePattern.test(name) && name.length <= maxLength
}

/** Returns the events of the declared signals. */
export function signalEvents({ own }: EventRegistry): string[] {
  return [...own.keys()].filter((event) => signalOf(event) !== undefined)
}
