import { JobsError, StoreError } from '@cgk-platform/jobs-core/errors'

import { hasOldPlan, isConnectTimeout, isForgotten, isLostConnection } from './to-store-error.ts'

/** Errors after which a transaction can succeed if it runs again: serialization failure, deadlock. */
const transientCodes: readonly unknown[] = ['40001', '40P01']

/** PostgreSQL's words for a row that was moved to another partition while a statement waited for it. It has no own code. */
const movedRow = 'tuple to be locked was already moved to another partition'

/** The number of times that a transaction runs before its error counts. */
const maxRuns = 20

/**
 * Runs a transaction again, after a short pause, as long as it fails because of others that run at the same time, or
 * because its connection was lost before it had an effect.
 */
export async function withRetries<T>(run: () => Promise<T>): Promise<T> {
  for (let tries = 1; ; tries++) {
    try {
      return await run()
    } catch (error) {
      if (tries === maxRuns || !isTransient(error)) throw error
      await new Promise((resolve) => setTimeout(resolve, Math.random() * 10 * tries))
    }
  }
}

function isTransient(error: unknown): boolean {
  const { code, message } = (error ?? {}) as { code?: unknown; message?: unknown }
  // A server that does not answer at all would take the time of each try.
  if (error instanceof JobsError || isConnectTimeout(error)) return false
  if (isLostConnection(error) || hasOldPlan(error) || isForgotten(error)) return true
  return transientCodes.includes(code) || (typeof message === 'string' && message.includes(movedRow))
}

/** All connections of a pool can be lost at once. */
const maxTries = 4

/**
 * Makes a change again if the connection was lost before its answer. The change must do nothing the second time.
 *
 * @throws the first error if the answer stays unknown.
 */
export async function untilAnswered<T>(change: () => Promise<T>): Promise<T> {
  let first: unknown
  for (let tries = 1; ; tries++) {
    try {
      return await change()
    } catch (error) {
      first ??= error
      const isUnknown = StoreError.isInstance(error) && error.problem === 'failed' && isLostConnection(error.cause)
      if (!isUnknown || tries === maxTries) throw first
    }
  }
}
