/** Returns true if a retry may succeed after a response with this status: the engine is overloaded or restarting. */
export function isTransientStatus(status: number): boolean {
  return status === 408 || status === 429 || status >= 500
}
