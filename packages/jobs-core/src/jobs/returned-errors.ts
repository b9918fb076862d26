import type { Json } from '../values/json.ts'
import { kindOf } from '../options/kind-of.ts'
import { custom } from '../options/kinds.ts'
import type { Option } from '../options/option.ts'

/**
 * The outputs that fail their attempt. `true`: an object with `success: false` or `ok: false`. A function returns the
 * error of an output, or `undefined` if the output is a result.
 */
export type ReturnedErrors = boolean | ((output: Json) => Error | undefined)

/** The option `returnedErrors` of a client, a host or a definition. */
export const returnedErrorsOption: Option<ReturnedErrors, ReturnedErrors> = custom((given, name, createError) => {
  if (typeof given === 'boolean' || typeof given === 'function') return given
  throw createError(name, `is ${kindOf(given)}`, 'Pass `true`, `false` or a function that returns an `Error`.')
})
