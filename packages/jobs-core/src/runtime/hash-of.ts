/** Returns the SHA-256 hash of a list of strings, as 64 hexadecimal digits. */
export async function hashOf(parts: readonly string[]): Promise<string> {
  // JSON separates the parts: `['a', 'b-c']` and `['a-b', 'c']` have different hashes.
  const digest = await crypto.subtle.digest('SHA-256', new TextEncoder().encode(JSON.stringify(parts)))
  return Array.from(new Uint8Array(digest), (byte) => byte.toString(16).padStart(2, '0')).join('')
}
