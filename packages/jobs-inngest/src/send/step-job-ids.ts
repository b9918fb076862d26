/** Job ids chosen for the sends of running workflow steps, by idempotency key. */
const ids = new Map<string, string>()

/**
 * Calls `send` so that a send with this idempotency key creates the job with a known id. The step stores that it was
 * sent, so no request is needed to check the key. A client of another engine treats the key as any other.
 */
export async function withStepJobId<T>(key: string, id: string, send: () => Promise<T>): Promise<T> {
  ids.set(key, id)
  try {
    return await send()
  } finally {
    ids.delete(key)
  }
}

/** Returns the id of the job that a step is sending with this idempotency key, if there is one. */
export function stepJobIdFor(key: string): string | undefined {
  return ids.get(key)
}
