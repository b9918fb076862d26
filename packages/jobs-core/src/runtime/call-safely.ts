/**
 * Calls code of an app whose errors must not reach the caller or the process. What it throws goes to `failed`, and so does
 * the rejection of a promise that it returns, which nobody awaits.
 *
 * @returns what it returns, or `undefined` if it throws
 */
export function callSafely<Returned>(
  call: () => Returned,
  failed: (error: unknown) => void = () => undefined,
): Returned | undefined {
  try {
    const returned = call()
    // Checks for `then`, because the promise may be of another class or realm.
    if (typeof (returned as PromiseLike<unknown> | null | undefined)?.then === 'function') {
      Promise.resolve(returned).catch(failed)
    }
    return returned
  } catch (error) {
    failed(error)
    return undefined
  }
}
