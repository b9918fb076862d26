/**
 * Remembers the engine of each idempotency key, so that a key stays on its engine when its tenant moves. Default: in
 * the memory of the process. If several processes send, share one, for example in Redis.
 */
export interface KeyRecord {
  /**
   * Records `engine` as the engine of a key for `ttlMs`, unless the key has one. Returns the key's engine. Must be one
   * atomic operation: Redis `SET … NX GET PX`.
   */
  claim(key: string, engine: string, ttlMs: number): string | Promise<string>
  /** Records `engine` as the engine of a key for `ttlMs` from now. Called when a send has created a job. */
  renew(key: string, engine: string, ttlMs: number): unknown
}
