import { CodecError } from '../errors/codec-error.ts'
import { type JobErrorInfo, toErrorInfo } from '../errors/error-info.ts'
import { kindOf } from '../options/kind-of.ts'
import type { Clock } from '../time/clock.ts'
import { systemClock } from '../time/system-clock.ts'
import type { Json } from '../values/json.ts'
import { encodedTag, type Encoded, encodedTextOf, toEncoded, toEncodedError, withoutTexts } from './encoded.ts'
import type { JobCodec } from './job-codec.ts'

/** Maximum time of one call of a codec, by the system clock. A codec that never answers must not hold a slot forever. */
const limitMs = 30_000
/** Maximum length of the encoded texts of an error: engines cut longer messages, and a cut text cannot be decoded. */
const maxErrorCharacters = 16_000
/** Lengths to which the texts of an error are cut until the encoded form fits. */
const errorCuts = [16_384, 3000, 500]

/** Encodes and decodes values with the codec of a client. */
export class ValueCodec {
  readonly #codec: JobCodec
  readonly #clock: Clock
  readonly #plainFields: ReadonlySet<string>

  constructor(codec: JobCodec, clock: Clock = systemClock) {
    this.#codec = codec
    this.#clock = clock
    this.#plainFields = new Set(['tenantId', ...(codec.plainFields ?? [])])
  }

  /** Whether engines see a field of a payload. */
  isPlain(field: string): boolean {
    return this.#plainFields.has(field)
  }

  /** Encodes a value. @throws {CodecError} */
  async encode(value: Json, tenantId: string): Promise<Encoded & Json> {
    const text = JSON.stringify(value)
    return toEncoded(await this.#call('encode', () => this.#codec.encode(text, { tenantId })))
  }

  /** Decodes a value. @throws {CodecError} */
  async decode({ [encodedTag]: encoded }: Encoded): Promise<Json> {
    return this.#parse(encoded)
  }

  /** Encodes the texts of an error. Never rejects: if the codec fails, the error keeps only its name and code. */
  async encodeError(error: JobErrorInfo, tenantId: string): Promise<JobErrorInfo> {
    if (encodedTextOf(error) !== undefined) return error
    try {
      for (const characters of errorCuts) {
        const { [encodedTag]: text } = await this.encode(textsOf(error, characters), tenantId)
        if (text.length <= maxErrorCharacters) return toEncodedError(error, text)
      }
    } catch {
      // The reason is reported where the codec encodes the payload or the output.
    }
    return { ...withoutTexts(error), message: 'The codec could not encode the text of this error.' }
  }

  /** Restores the texts of an error that has encoded ones. @throws {CodecError} */
  async decodeError(error: JobErrorInfo): Promise<JobErrorInfo> {
    const encoded = encodedTextOf(error)
    if (encoded === undefined) return error
    if (encoded !== 'cut') return { ...error, ...((await this.#parse(encoded.text)) as unknown as JobErrorInfo) }
    const remedy = 'Read the last error of the run instead.'
    throw new CodecError({ operation: 'decode', problem: 'cannot get a text of which the engine kept a part', remedy })
  }

  async #parse(encoded: string): Promise<Json> {
    const text = await this.#call('decode', () => this.#codec.decode(encoded))
    try {
      return JSON.parse(text) as Json
    } catch {
      // Without the cause, whose message can quote the text.
      const remedy = 'Return the text that `encode` got.'
      throw new CodecError({ operation: 'decode', problem: 'returned a text that is not JSON', remedy })
    }
  }

  async #call(operation: 'encode' | 'decode', work: () => string | Promise<string>): Promise<string> {
    let returned: unknown
    try {
      const pending = work()
      returned = typeof pending === 'string' ? pending : await this.#atMost(operation, pending)
    } catch (cause) {
      if (CodecError.isInstance(cause)) throw cause
      const why = operation === 'decode' ? `: ${toErrorInfo(cause).message.replace(/\.$/, '')}` : ''
      throw new CodecError({ operation, problem: `threw${why}`, remedy: remedies[operation] }, { cause })
    }
    if (typeof returned === 'string' && returned.isWellFormed()) return returned
    const problem =
      typeof returned === 'string' ? 'returned a string with a lone surrogate' : `returned ${kindOf(returned)}`
    throw new CodecError({ operation, problem, remedy: 'Return a string. Encode bytes as base64.' })
  }

  async #atMost(operation: 'encode' | 'decode', pending: Promise<unknown>): Promise<unknown> {
    let stop = (): void => undefined
    const timedOut = new Promise<never>((_resolve, reject) => {
      const error = new CodecError({ operation, problem: `took more than ${limitMs} ms`, remedy: remedies[operation] })
      const timer = this.#clock.setTimer(limitMs, () => reject(error))
      stop = () => timer.cancel()
    })
    return Promise.race([pending, timedOut]).finally(() => stop())
  }
}

/** Returns the codec of a process that has to decode. @throws {CodecError} if it has none */
export function requireCodec(codec: ValueCodec | undefined): ValueCodec {
  if (codec) return codec
  const remedy = 'Create it with the `codec` of the client that sent the job.'
  throw new CodecError({ operation: 'decode', problem: 'is missing in this client', remedy })
}

const remedies = {
  encode: 'Check the codec of this client and its key.',
  decode: 'Give the codec of this client the key of the stored text.',
} as const

/** Returns the texts of an error to encode, each cut. The causes go first. */
function textsOf({ name: _, code: __, message, stack, cause }: JobErrorInfo, characters: number): Json {
  const cut = (text: string): string => text.slice(0, characters).toWellFormed()
  return {
    message: cut(message),
    ...(stack !== undefined && { stack: cut(stack) }),
    ...(cause &&
      characters > 500 && {
        cause: {
          name: cause.name,
          ...(cause.code !== undefined && { code: cause.code }),
          ...(textsOf(cause, characters) as object),
        },
      }),
  }
}
