import { CodecError } from '../errors/codec-error.ts'
import type { JobErrorInfo } from '../errors/error-info.ts'
import { processState } from '../runtime/process-state.ts'
import { encodedTag, encodedTextOf, hasEncodedPayload, isEncoded } from './encoded.ts'
import { requireCodec, type ValueCodec } from './value-codec.ts'

/** The statuses as engines store them, by the decoded ones that readers got. */
const storedStatuses = (): WeakMap<object, object> => processState('storedStatuses', () => new WeakMap())

/** Returns a status as the engine stores it. */
export function asStored<T extends object>(status: T): T {
  return (storedStatuses().get(status) as T | undefined) ?? status
}

/**
 * Decodes what is encoded in a job or a page of jobs: outputs, payloads, results of steps and errors. Without a codec, or
 * if it cannot decode a value, a note replaces it. Returns what has nothing encoded as it is, without a promise.
 *
 * @param toShown - returns a decoded error as this reader shows it. Default: whole
 */
export function decodeForReader<T extends object>(
  read: T,
  codec: ValueCodec | undefined,
  toShown: (error: JobErrorInfo) => object = (error) => error,
): T | Promise<T> {
  return hasAnyEncoded(read) ? decodeAll(read, { codec, toShown }) : read
}

interface Decoding {
  readonly codec: ValueCodec | undefined
  toShown(error: JobErrorInfo): object
}

async function decodeAll<T extends object>(read: T, decoding: Decoding): Promise<T> {
  const decoded = (await decode(read, decoding)) as T
  storedStatuses().set(decoded, read)
  return decoded
}

/** The members that hold an app's data. Only their own tag counts. */
const appData: ReadonlySet<string> = new Set(['output', 'payload'])

function isTagged(value: object): boolean {
  return isEncoded(value) || isEncodedError(value)
}

function isEncodedError(value: object): value is JobErrorInfo {
  return 'message' in value && 'name' in value && encodedTextOf(value as JobErrorInfo) !== undefined
}

function isPlain(value: unknown): value is object {
  return typeof value === 'object' && value !== null && !(value instanceof Date)
}

function hasAnyEncoded(value: object, key?: string): boolean {
  if (isTagged(value) || hasEncodedPayload(value)) return true
  if (key !== undefined && appData.has(key)) return false
  return Object.entries(value).some(
    ([name, member]) => isPlain(member) && hasAnyEncoded(member, Array.isArray(value) ? key : name),
  )
}

async function decode(value: unknown, decoding: Decoding, key?: string): Promise<unknown> {
  if (!isPlain(value) || !hasAnyEncoded(value, key)) return value
  const { codec, toShown } = decoding
  if (isEncoded(value)) {
    const { [encodedTag]: _, ...plain } = value as typeof value & Record<string, unknown>
    return orNote(
      () => requireCodec(codec).decode(value),
      (note) => ({ ...plain, [encodedTag]: note }),
    )
  }
  if (isEncodedError(value)) {
    return orNote(
      async () => ({ ...value, ...toShown(await requireCodec(codec).decodeError(value)) }),
      (note) => ({ ...value, message: note }),
    )
  }
  if (Array.isArray(value)) return Promise.all(value.map((item) => decode(item, decoding, key)))
  const members = Object.entries(value).map(
    async ([name, member]) => [name, await decode(member, decoding, name)] as const,
  )
  return withoutCarrier(Object.fromEntries(await Promise.all(members)) as DecodedMembers)
}

/** The members of an object, of which a step that waits for a signal has these. */
interface DecodedMembers {
  readonly kind?: unknown
  readonly output?: { readonly payload?: { readonly payload?: unknown } }
}

/** Replaces the payload of the event that carries a signal by that of the signal. */
function withoutCarrier(members: DecodedMembers): DecodedMembers {
  const { kind, output } = members
  if (kind !== 'waitForSignal' || isEncoded(output?.payload) || !output?.payload) return members
  return { ...members, output: { ...output, payload: output.payload.payload as object } }
}

async function orNote<T>(work: () => Promise<T>, toNoted: (note: string) => T | object): Promise<T | object> {
  try {
    return await work()
  } catch (error) {
    if (!CodecError.isInstance(error)) throw error
    return toNoted(error.message)
  }
}
