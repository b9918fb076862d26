/** What a call fails with. */
export async function failureOf(call: Promise<unknown>): Promise<Error> {
  return call.then(
    () => {
      throw new Error('It did not fail.')
    },
    (error: Error) => error,
  )
}
