import { StoreError } from '@cgk-platform/jobs-core/errors'

import { isLostConnection } from './to-store-error.ts'

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
