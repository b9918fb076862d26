import { InvalidDefinitionError } from '../errors/invalid-definition-error.ts'
import { quote } from '../errors/quote.ts'
import type { BaseDefinition } from './job-definition.ts'

/**
 * Refuses limits for each value of a payload, other than the tenant.
 *
 * @param call - the name of the function, for the error
 * @param reason - completes the sentence that begins with the key
 * @throws {InvalidDefinitionError} naming the field.
 */
export function refusePayloadKeys(
  call: string,
  { id, concurrency, throttle }: Pick<BaseDefinition, 'id' | 'concurrency' | 'throttle'>,
  reason: string,
): void {
  const wrong = Object.entries({ concurrency, throttle }).find(
    ([, limits]) => ![undefined, 'tenantId'].includes(limits?.key),
  )
  if (!wrong) return
  throw new InvalidDefinitionError({
    what: `${call}(${quote(id)})`,
    field: `${wrong[0]}.key`,
    problem: `is ${quote(wrong[1]?.key)}, and ${reason}`,
    remedy:
      "Omit it, or limit the runs of each tenant: `concurrency: { perTenant }`, or `throttle` with `key: 'tenantId'`.",
  })
}
