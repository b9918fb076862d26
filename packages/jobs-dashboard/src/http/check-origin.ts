import { Refusal } from './refusal.ts'

/**
 * Refuses an action that another site could have made the browser send. A browser sends the header of the pages to
 * another origin only after a preflight, which the dashboard never allows. `Sec-Fetch-Site` comes from the browser, so
 * it holds behind any proxy. Without it, `Origin` must name the host of the request.
 *
 * @throws {Refusal}
 */
export function checkOrigin({ headers, url }: Request): void {
  const refuse = (): never => {
    throw new Refusal(403, 'cross_site', 'An action must come from a page of the dashboard.')
  }
  if (headers.get('X-Jobs-Dashboard') !== '1') refuse()
  if (!/^application\/json\s*(;|$)/i.test(headers.get('Content-Type') ?? '')) refuse()
  const site = headers.get('Sec-Fetch-Site')
  if (site !== null) {
    if (site !== 'same-origin') refuse()
    return
  }
  const origin = headers.get('Origin')
  if (origin === null) return // not a browser
  if (!URL.canParse(origin) || new URL(origin).host !== new URL(url).host) refuse()
}
