/** An address on a server. A path in the server's own is kept, whether a slash is at its end or not. */
export function addressUnder(base: string, path: string): URL {
  return new URL(path, base.endsWith('/') ? base : `${base}/`)
}
