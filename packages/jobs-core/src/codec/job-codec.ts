import { kindOf } from '../options/kind-of.ts'
import { custom } from '../options/kinds.ts'
import type { Option } from '../options/option.ts'

/**
 * Encodes what engines store of an app's data, to encrypt or to compress it: payloads, outputs, results of steps and the
 * texts of errors. All clients of an engine need the same codec.
 */
export interface JobCodec {
  /**
   * Returns what is stored for a text of a tenant. Name the key in it, so that `decode` finds it after a rotation.
   */
  encode(text: string, context: { readonly tenantId: string }): string | Promise<string>
  /** Returns the text that `encode` got. If it throws, for example because it has no key, the job waits. */
  decode(text: string): string | Promise<string>
  /**
   * The fields of payloads that engines also need as they are: those of `match`, and of the keys of `concurrency`,
   * `throttle` and `debounce`. Default: only `tenantId`.
   */
  readonly plainFields?: readonly string[] | undefined
}

/** The option `codec` of a client. */
export const codecOption: Option<JobCodec, JobCodec> = custom((given: unknown, name, createError) => {
  const remedy = 'Pass an object with the functions `encode` and `decode`.'
  if (typeof given !== 'object' || given === null) throw createError(name, `is ${kindOf(given)}`, remedy)
  const { encode, decode, plainFields = [] } = given as Partial<Record<keyof JobCodec, unknown>>
  if (typeof encode !== 'function') throw createError(`${name}.encode`, `is ${kindOf(encode)}`, remedy)
  if (typeof decode !== 'function') throw createError(`${name}.decode`, `is ${kindOf(decode)}`, remedy)
  if (!Array.isArray(plainFields) || !plainFields.every((field) => typeof field === 'string' && field !== ''))
    throw createError(
      `${name}.plainFields`,
      `is ${kindOf(plainFields)}`,
      "Pass names of fields, such as `['orderId']`.",
    )
  return given as JobCodec
})
