/** What sets the address of the server, and how the dev server is started there. */
export function addressIn(url: string): { readonly settings: string; readonly start?: string } {
  const settings = '`INNGEST_DEV`, `INNGEST_BASE_URL` or `baseUrl`'
  const isHere = ['localhost', '127.0.0.1', '[::1]'].includes(new URL(url).hostname)
  return isHere ? { settings, start: '`npx inngest-cli@latest dev` is the dev server' } : { settings }
}

/** An address on a server. A path in the server's own is kept, whether a slash is at its end or not. */
export function addressUnder(base: string, path: string): URL {
  return new URL(path, base.endsWith('/') ? base : `${base}/`)
}
