import type { Definition } from '@cgk-platform/jobs-core'
import type { InngestFunction } from 'inngest'

import { inngestOptionsOf } from '../provider-options.ts'
import { payloadKeyExpression } from './payload-key-expression.ts'
import { throttleOption } from './throttle-option.ts'

type Options = Omit<InngestFunction.Options, 'id' | 'triggers' | 'onFailure'>

/** The priority of a send, in Inngest's expressions. Converted to an integer, because Inngest ignores other numbers. */
const sendPriority = 'event.data._job.priority'

/** Converts a definition's options to options of an Inngest function. `providerOptions.inngest` takes precedence. */
export function functionOptions(definition: Definition): Options {
  const { concurrency, priority = 0, retry, throttle } = definition
  const limits = [
    ...(concurrency?.limit === undefined ? [] : [{ limit: concurrency.limit }]),
    ...(concurrency?.perTenant === undefined
      ? []
      : [{ limit: concurrency.perTenant, key: payloadKeyExpression('tenantId') }]),
    ...(concurrency?.key === undefined
      ? []
      : [{ limit: concurrency.perKey, key: payloadKeyExpression(concurrency.key) }]),
  ]
  return {
    retries: (retry.maxAttempts - 1) as NonNullable<Options['retries']>,
    priority: { run: `${sendPriority} == null ? ${priority} : int(${sendPriority})` },
    ...(limits.length > 0 && { concurrency: limits as NonNullable<Options['concurrency']> }),
    ...(throttle && { throttle: throttleOption(throttle) }),
    ...inngestOptionsOf(definition),
  }
}
