/** Returns the error that a call rejects with. */
export async function failureOf(call: Promise<unknown>): Promise<Error> {
  return call.then(
    () => {
      throw new Error('The call did not fail.')
    },
    (error: Error) => error,
  )
}
