import type { Clock } from '@cgk-platform/jobs-core/provider'
import type { HttpReply } from './http-messages.ts'
import type { Route } from './routes.ts'

/**
 * Wraps the GET endpoints of REST v1 in a cache, as the real server does. It stores responses by URL and key for their
 * `max-age`, and loses the status of other responses, so that errors have HTTP status 200 (pkg/api/apiv1/cache.go).
 */
export function withV1Cache(clock: Clock, routes: readonly Route[]): Route[] {
  const kept = new Map<string, { readonly body: string; readonly untilMs: number }>()
  return routes.map((route) => ({
    ...route,
    async handle(request): Promise<HttpReply> {
      if (route.method !== 'GET') return route.handle(request)
      const key = JSON.stringify([request.url, request.headers['authorization']])
      const known = kept.get(key)
      if (known && clock.now() < known.untilMs) {
        return { status: 200, headers: { 'content-type': 'text/plain; charset=utf-8' }, body: known.body }
      }
      const reply = await route.handle(request)
      const maxAge = /max-age=(\d+)/.exec(reply.headers?.['cache-control'] ?? '')?.[1]
      if (maxAge) kept.set(key, { body: reply.body ?? '', untilMs: clock.now() + Number(maxAge) * 1000 })
      return { ...reply, status: 200 }
    },
  }))
}
