import { callSafely } from '../runtime/call-safely.ts'
import { NonRetryableError } from '../errors/non-retryable-error.ts'
import { quote } from '../errors/quote.ts'
import { ReturnedError } from '../errors/returned-error.ts'
import { environment } from '../runtime/environment.ts'
import type { Json } from '../values/json.ts'
import type { Definition } from '../jobs/definition.ts'
import { kindOf } from '../options/kind-of.ts'
import type { Attempt } from './attempt.ts'

/** The failures that `returnedErrors: true` recognizes. */
type Failure = { [key: string]: Json } & ({ success: false } | { ok: false })

/** Definitions whose returned failures were logged. */
const warned = new WeakSet<Definition>()

/**
 * Throws the error of an output that is a failure by the option `returnedErrors`: the definition's, otherwise the
 * client's. Without the option, warns once of an output that looks like one, except in production.
 */
export function throwReturnedError(attempt: Attempt, output: Json | undefined): void {
  if (output === undefined) return
  const { definition, host } = attempt
  const { returnedErrors = host.returnedErrors } = definition
  if (typeof returnedErrors === 'function') return throwErrorOf(returnedErrors(output), definition)
  if (returnedErrors === false || !isFailure(output)) return
  if (returnedErrors) throw toReturnedError(output)
  warnOnce(attempt, output)
}

function isFailure(output: Json): output is Failure {
  if (typeof output !== 'object' || output === null) return false
  const { success, ok } = output as Partial<Failure>
  return success === false || ok === false
}

function toReturnedError(output: Failure): ReturnedError {
  const { error } = output
  const { message, retryable } = (typeof error === 'object' && error !== null ? error : { message: error }) as {
    message?: Json
    retryable?: Json
  }
  return new ReturnedError({
    message: typeof message === 'string' && message !== '' ? message : `The attempt returned \`${fieldOf(output)}\`.`,
    output,
    retryable: retryable !== false,
  })
}

function throwErrorOf(error: unknown, { id }: Definition): void {
  if (error === undefined) return
  if (error instanceof Error) throw error
  callSafely(() => error) // a promise is refused, and may reject
  const remedy = 'Return an `Error`, or `undefined` if the output is a result.'
  throw new NonRetryableError(`\`returnedErrors\` of ${quote(id)} returned ${kindOf(error)}. ${remedy}`)
}

function warnOnce(attempt: Attempt, output: Failure): void {
  const { definition } = attempt
  if (warned.has(definition) || environment()['NODE_ENV'] === 'production') return
  warned.add(definition)
  const problem = `${quote(definition.id)} returned \`${fieldOf(output)}\`, and its run completed without a retry.`
  const remedy = 'To fail the attempt, throw, or set `returnedErrors: true`. Set it to `false` to hide this warning.'
  attempt.log('warn', `${problem} ${remedy}`)
}

function fieldOf({ success }: Failure): string {
  return success === false ? 'success: false' : 'ok: false'
}
