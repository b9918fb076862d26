/** The SHA-256 hash of a list of texts, as 64 hexadecimal digits. */
export async function hashOf(parts: readonly string[]): Promise<string> {
  // JSON keeps them apart: `['a', 'b-c']` and `['a-b', 'c']` are two keys.
  const digest = await crypto.subtle.digest('SHA-256', new TextEncoder().encode(JSON.stringify(parts)))
  return Array.from(new Uint8Array(digest), (byte) => byte.toString(16).padStart(2, '0')).join('')
}
