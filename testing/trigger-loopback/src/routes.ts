import type { Route } from './endpoint.ts'

/** Finds the route of a request, and its path parameters. */
export function matchRoute(
  routes: readonly Route[],
  method: string,
  path: string,
): { route: Route; params: Record<string, string> } | undefined {
  for (const route of routes) {
    const params = route.method === method ? matchPattern(route.pattern.split('/'), path.split('/')) : undefined
    if (params) return { route, params }
  }
  return undefined
}

function matchPattern(pattern: readonly string[], parts: readonly string[]): Record<string, string> | undefined {
  const params: Record<string, string> = {}
  for (const [index, name] of pattern.entries()) {
    const part = parts[index]
    if (part === undefined) return undefined
    if (name.endsWith('*}')) {
      params[name.slice(1, -2)] = decodeURIComponent(parts.slice(index).join('/'))
      return params
    }
    if (name.startsWith('{') && part !== '') params[name.slice(1, -1)] = decodeURIComponent(part)
    else if (name !== part) return undefined
  }
  return pattern.length === parts.length ? params : undefined
}
