/**
 * Returns hints for a connection error: the settings that choose the server, and the command that starts a local one.
 */
export function addressHints(url: string): { readonly settings: string; readonly start?: string } {
  const settings = '`INNGEST_DEV`, `INNGEST_BASE_URL` or `baseUrl`'
  const isHere = ['localhost', '127.0.0.1', '[::1]'].includes(new URL(url).hostname)
  return isHere ? { settings, start: '`npx inngest-cli@latest dev` starts the dev server' } : { settings }
}

/** Returns true for the API of Inngest's cloud. */
export function isCloudAddress(url: string): boolean {
  return /(?:^|\.)inngest\.com$/.test(new URL(url).hostname)
}

/** Returns a URL on a server. Keeps a path in the base URL, with or without a trailing slash. */
export function addressUnder(base: string, path: string): URL {
  return new URL(path, base.endsWith('/') ? base : `${base}/`)
}
