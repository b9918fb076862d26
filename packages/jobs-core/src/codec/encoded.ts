import type { JobErrorInfo } from '../errors/error-info.ts'
import { NotSerializableError } from '../errors/not-serializable-error.ts'
import type { Json } from '../values/json.ts'

/** The key of a payload, output or result of a step that holds its encoded text. */
export const encodedTag = '$encoded'
/** The start of the message of an error whose texts are encoded. */
const errorTag = '$encoded:'

/** An encoded value, as engines store it. A payload also has its plain fields. */
export interface Encoded {
  readonly [encodedTag]: string
}

/** The values that a codec of this process has encoded. */
const encodedHere = new WeakSet<object>()

/** Returns the encoded value with this text. */
export function toEncoded(text: string): Encoded & Json {
  const encoded = { [encodedTag]: text }
  encodedHere.add(encoded)
  return encoded
}

/**
 * Refuses a value of an app that looks like an encoded one.
 *
 * @param root - what the value is
 * @throws {NotSerializableError}
 */
export function refuseEncodedTag(value: unknown, root: 'payload' | 'output'): void {
  if (typeof value !== 'object' || value === null || !Object.hasOwn(value, encodedTag) || encodedHere.has(value)) return
  const remedy = 'Rename the key. It stands for a value that a `codec` has encoded.'
  throw new NotSerializableError({ path: root, problem: `an object with the key \`${encodedTag}\``, remedy })
}

/** Returns true for a value that a codec has encoded. */
export function isEncoded(value: unknown): value is Encoded {
  return (
    typeof value === 'object' &&
    value !== null &&
    Object.hasOwn(value, encodedTag) &&
    typeof (value as Partial<Encoded>)[encodedTag] === 'string'
  )
}

/** Returns true for the payload of an event that a wait got, as engines store it. */
export function hasEncodedPayload(value: unknown): value is { readonly payload: Encoded & Json } {
  return typeof value === 'object' && value !== null && isEncoded((value as { readonly payload?: unknown }).payload)
}

/** Returns an error with encoded texts. Its name and code stay as they are. */
export function toEncodedError({ name, code }: JobErrorInfo, text: string): JobErrorInfo {
  return { name, message: `${errorTag}${text.length}:${text}`, ...(code !== undefined && { code }) }
}

/** Returns the encoded texts of an error; `undefined` if they are not encoded, `'cut'` if the engine kept only a part. */
export function encodedTextOf({
  message,
}: Pick<JobErrorInfo, 'message'>): { readonly text: string } | 'cut' | undefined {
  if (typeof message !== 'string' || !message.startsWith(errorTag)) return undefined
  const separator = message.indexOf(':', errorTag.length)
  const text = message.slice(separator + 1)
  return text.length === Number(message.slice(errorTag.length, separator)) ? { text } : 'cut'
}

/** Returns an error without its texts, as logs and traces show it where a client has a codec. */
export function withoutTexts({ name, code }: JobErrorInfo): JobErrorInfo {
  return { name, message: '[encoded]', ...(code !== undefined && { code }) }
}
