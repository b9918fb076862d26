import { expect, test } from 'vitest'

import { createManualClock } from '../../test/kit/manual-clock.ts'
import { toErrorInfo } from '../errors/error-info.ts'
import { isEncoded } from './encoded.ts'
import type { JobCodec } from './job-codec.ts'
import { ValueCodec } from './value-codec.ts'

const base64: JobCodec = {
  encode: (text) => Buffer.from(text).toString('base64'),
  decode: async (text) => Buffer.from(text, 'base64').toString(),
}
const codecOf = (more: object = {}): ValueCodec => new ValueCodec({ ...base64, ...more }, createManualClock())

test.each([0, '', null, false, [], {}, { $encoded: 'text' }, 'ä\u{1f600}"\n'])(
  'decodes what it has encoded: %j',
  async (json) => {
    const encoded = await codecOf().encode(json, 'acme')
    expect(isEncoded(encoded)).toBe(true)
    expect(await codecOf().decode(encoded)).toEqual(json)
  },
)

test('tells the codec the tenant, and calls it as its method', async () => {
  class Keys implements JobCodec {
    readonly #prefix = 'key'
    encode(text: string, { tenantId }: { tenantId: string }): string {
      return `${this.#prefix}/${tenantId}/${text}`
    }
    decode(text: string): string {
      return text.slice(`${this.#prefix}/acme/`.length)
    }
  }
  const codec = new ValueCodec(new Keys(), createManualClock())
  const encoded = await codec.encode([1], 'acme')
  expect(encoded).toEqual({ $encoded: 'key/acme/[1]' })
  expect(await codec.decode(encoded)).toEqual([1])
})

test.each<[returned: unknown, problem: string]>([
  [undefined, 'returned undefined'],
  [new Uint8Array(1), 'returned an object'],
  [Promise.resolve(5), 'returned a number'],
  ['\ud800', 'returned a string with a lone surrogate'],
])('refuses a codec that returns %j', async (returned, problem) => {
  const codec = codecOf({ encode: () => returned, decode: () => returned })
  const message = expect.stringContaining(problem) as string
  await expect(codec.encode(1, 'acme')).rejects.toMatchObject({ code: 'codec', operation: 'encode', message })
  await expect(codec.decode({ $encoded: 'x' })).rejects.toMatchObject({ code: 'codec', operation: 'decode', message })
})

test('quotes no text that it could encode or has decoded', async () => {
  const codec = codecOf({
    encode: (text: string) => Promise.reject(new Error(`Cannot encode ${text}.`)),
    decode: () => 'Ada Lovelace',
  })
  const errors = await Promise.allSettled([codec.encode('Ada', 'acme'), codec.decode({ $encoded: 'x' })])
  const messages = errors.map((result) => (result as PromiseRejectedResult).reason.message as string)
  expect(messages).toEqual([
    '`codec.encode` threw. Check the codec of this client and its key.',
    '`codec.decode` returned a text that is not JSON. Return the text that `encode` got.',
  ])
})

test('gives up a codec that does not answer', async () => {
  const clock = createManualClock()
  const never = () => new Promise<string>(() => undefined)
  const codec = new ValueCodec({ encode: never, decode: never }, clock)
  const given = expect(codec.encode(1, 'acme')).rejects.toThrow('`codec.encode` took more than 30000 ms')
  await clock.advance(30_000)
  await given
})

test('restores the texts of an error with its causes, and keeps name and code outside', async () => {
  const cause = Object.assign(new TypeError('Unknown Ada'), { code: 'E_NAME' })
  const info = toErrorInfo(Object.assign(new RangeError('No mail for Ada', { cause }), { code: 'E_MAIL' }))
  const encoded = await codecOf().encodeError(info, 'acme')
  expect(encoded).toEqual({ name: 'RangeError', code: 'E_MAIL', message: expect.stringMatching(/^\$encoded:/) })
  expect(await codecOf().encodeError(encoded, 'acme')).toBe(encoded)
  expect(await codecOf().decodeError(encoded)).toEqual(info)
  expect(toErrorInfo(Object.assign(new Error(encoded.message), { name: 'RangeError' })).message).toBe(encoded.message)
  const cut = codecOf().decodeError({ ...encoded, message: encoded.message.slice(0, 150) })
  await expect(cut).rejects.toMatchObject({ code: 'codec', message: expect.stringContaining('kept a part') })
})

test.each([20_000, 4000, 1])(
  'cuts long texts, so that no engine cuts the encoded form: %d characters',
  async (length) => {
    const nested = (depth: number): Error =>
      new Error('"'.repeat(length), depth > 0 ? { cause: nested(depth - 1) } : undefined)
    const encoded = await codecOf().encodeError(toErrorInfo(nested(5)), 'acme')
    expect(encoded.message.length).toBeLessThan(16_100)
    const { message } = await codecOf().decodeError(encoded)
    expect(message.startsWith('"')).toBe(true)
  },
)

test('keeps the name and the code of an error that cannot be encoded', async () => {
  const codec = codecOf({ encode: () => Promise.reject(new Error('No key.')) })
  const error = await codec.encodeError(
    { name: 'MailError', code: 'E_MAIL', message: 'No mail for Ada', stack: 'Ada' },
    'acme',
  )
  expect(error).toEqual({
    name: 'MailError',
    code: 'E_MAIL',
    message: 'The codec could not encode the text of this error.',
  })
})
