/** The ids that jobs get which steps of workflows under way in this process send, by their idempotency keys. */
const ids = new Map<string, string>()

/**
 * Lets a send with a key make the job of an id that is known before. The step keeps that it was sent, so that nobody has
 * to ask Inngest whether the key is taken. A client of another engine takes the key as any other.
 */
export async function sendingAs<T>(key: string, id: string, send: () => Promise<T>): Promise<T> {
  ids.set(key, id)
  try {
    return await send()
  } finally {
    ids.delete(key)
  }
}

/** The id of the job that a step sends with this key, if one does. */
export function stepSendId(key: string): string | undefined {
  return ids.get(key)
}
