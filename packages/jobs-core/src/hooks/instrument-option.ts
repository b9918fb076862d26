import { kindOf } from '../options/kind-of.ts'
import { custom } from '../options/kinds.ts'
import type { Option } from '../options/option.ts'
import type { Instrumentation } from './instrumentation.ts'

const methods = [
  'startSend',
  'startAttempt',
  'startSettle',
  'isEnabled',
  'logFields',
] as const satisfies (keyof Instrumentation)[]

/** The option `instrument` of a client or a host. */
export const instrumentOption: Option<Instrumentation, Instrumentation> = custom((input, name, createError) => {
  const remedy = 'Pass an instrumentation, such as `openTelemetry()` of `@cgk-platform/jobs-otel`.'
  if (typeof input !== 'object' || input === null) throw createError(name, `is ${kindOf(input)}, not an object`, remedy)
  for (const method of methods) {
    const value: unknown = input[method]
    if (value !== undefined && typeof value !== 'function')
      throw createError(`${name}.${method}`, `is ${kindOf(value)}, not a function`, remedy)
  }
  return input
})
