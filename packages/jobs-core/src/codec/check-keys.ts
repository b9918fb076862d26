import { InvalidDefinitionError } from '../errors/invalid-definition-error.ts'
import { quote } from '../errors/quote.ts'
import type { ValueCodec } from './value-codec.ts'

/** The options of a definition whose keys an engine reads in payloads. */
export interface KeyedDefinition {
  readonly id: string
  readonly concurrency?: Keyed
  readonly throttle?: Keyed
  readonly debounce?: Keyed
}

type Keyed = { readonly key?: string | undefined } | undefined

/** Returns the error of each key of a definition that engines do not see, because the codec encodes its field. */
export function findEncodedKeys(
  { id, concurrency, throttle, debounce }: KeyedDefinition,
  codec: ValueCodec,
): InvalidDefinitionError[] {
  return Object.entries({ concurrency, throttle, debounce }).flatMap(([option, keyed]) => {
    const [field] = keyed?.key?.split('.') ?? []
    if (field === undefined || codec.isPlain(field)) return []
    const problem = `is ${quote(keyed!.key)}, which the \`codec\` of the client encodes`
    const remedy = `Add ${quote(field)} to the \`plainFields\` of the codec in all processes.`
    return new InvalidDefinitionError({ what: `The definition ${quote(id)}`, field: `${option}.key`, problem, remedy })
  })
}
