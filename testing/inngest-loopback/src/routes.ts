import type { HttpReply } from './http-messages.ts'

/** A request to a route. */
export interface RouteRequest {
  readonly method: string
  /** Path and query, unchanged. */
  readonly url: string
  /** The path parameters of the pattern, decoded. */
  readonly params: Readonly<Record<string, string>>
  readonly query: URLSearchParams
  readonly headers: Readonly<Record<string, string>>
  readonly body: string
}

/** An endpoint: a pattern such as `/v1/runs/{run}` and its handler. */
export interface Route {
  readonly method: string
  readonly pattern: string
  handle(request: RouteRequest): HttpReply | Promise<HttpReply>
}

/** Returns the route of a request with its parameters. */
export function matchRoute(
  routes: readonly Route[],
  method: string,
  path: string,
): { route: Route; params: Record<string, string> } | undefined {
  const parts = path.split('/')
  for (const route of routes) {
    const pattern = route.pattern.split('/')
    if (route.method !== method || pattern.length !== parts.length) continue
    const params: Record<string, string> = {}
    const matches = pattern.every((name, index) => {
      const part = parts[index]!
      if (!name.startsWith('{')) return name === part
      params[name.slice(1, -1)] = decode(part)
      return part !== ''
    })
    if (matches) return { route, params }
  }
  return undefined
}

function decode(part: string): string {
  try {
    return decodeURIComponent(part)
  } catch {
    return part
  }
}
