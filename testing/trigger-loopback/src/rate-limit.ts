import { type HttpReply, type HttpRequest, jsonReply } from './http-messages.ts'

/** The token bucket of an environment's requests. */
export interface RateLimitOptions {
  /** Maximum number of requests at once. */
  readonly maxTokens: number
  /** Number of requests that each interval allows in addition. */
  readonly refillRate: number
  readonly intervalMs: number
}

/** Requests that the limit does not count, as on the real server. */
const exempt = [/^\/api\/v1\/runs\/[^/]+\/attempts$/, /^\/api\/v[12]\/packets\//]

/** Limits the rate of requests with the responses of the real server. Counts only the paths that it counts. */
export function limitRate(
  handle: (request: HttpRequest) => Promise<HttpReply>,
  { maxTokens, refillRate, intervalMs }: RateLimitOptions,
  now: () => Date,
): (request: HttpRequest) => Promise<HttpReply> {
  let tokens = maxTokens
  let refilledAt = now().getTime()
  return async (request) => {
    const path = request.path.replace(/\?.*/, '')
    if (!path.startsWith('/api') || exempt.some((one) => one.test(path))) return handle(request)
    const intervals = Math.floor((now().getTime() - refilledAt) / intervalMs)
    tokens = Math.min(maxTokens, tokens + intervals * refillRate)
    refilledAt += intervals * intervalMs
    const reset = refilledAt + intervalMs
    const isAllowed = tokens > 0
    if (isAllowed) tokens--
    const headers = {
      'x-ratelimit-limit': String(maxTokens),
      'x-ratelimit-remaining': String(tokens),
      'x-ratelimit-reset': String(reset),
    }
    if (isAllowed) {
      const reply = await handle(request)
      return { ...reply, headers: { ...reply.headers, ...headers } }
    }
    const secondsUntilReset = Math.max(0, (reset - now().getTime()) / 1000)
    const detail = `Rate limit exceeded 0/${maxTokens} requests remaining. Retry in ${secondsUntilReset} seconds.`
    const facts = { detail, reset, limit: maxTokens, remaining: 0, secondsUntilReset, error: detail }
    const body = { title: 'Rate Limit Exceeded', status: 429, ...facts }
    return jsonReply(429, body, { 'content-type': 'application/problem+json', ...headers })
  }
}
