/** Where large payloads and outputs go. */
export interface PacketStore {
  /** Whether there is one: a self-hosted server often has none. */
  readonly isThere: boolean
  /** Keeps a text under a path, which is the answer; undefined where there is no store. */
  put(path: string, text: string): string | undefined
  get(path: string): string | undefined
}

/** An empty store, or none. */
export function createPacketStore(isThere: boolean): PacketStore {
  const texts = new Map<string, string>()
  return {
    isThere,
    put(path, text) {
      if (!isThere) return undefined
      texts.set(path, text)
      return path
    },
    get: (path) => texts.get(path),
  }
}
