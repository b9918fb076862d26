/** One HTTP answer, read to its end. */
export interface Answer {
  readonly status: number
  /** The body where it is JSON. */
  readonly body: unknown
  readonly headers: Headers
}

/** A request that came to no answer. */
export interface NoAnswer {
  /** True when nothing can have reached the server. */
  readonly unreached: boolean
  readonly problem: string
  /** What to do, where nothing was reached: as the end of a sentence. */
  readonly advice?: string
  readonly cause: unknown
}

/** What a request is made with. */
export interface RequestOptions {
  readonly method: 'GET' | 'POST'
  readonly headers: Readonly<Record<string, string>>
  readonly body?: string
  readonly timeoutMs: number
}

type Fetch = (url: string, init: RequestInit) => Promise<Response>

/** Errors of a connection that never stood: the request was not sent. */
const unreached = ['ECONNREFUSED', 'ENOTFOUND', 'EAI_AGAIN', 'EHOSTUNREACH', 'ENETUNREACH', 'UND_ERR_CONNECT_TIMEOUT']

/** How deep causes are looked through, since they may go round. */
const deepest = 5

/** Makes one request, whatever becomes of it. */
export async function request(
  fetch: Fetch,
  url: string,
  { timeoutMs, ...init }: RequestOptions,
): Promise<Answer | NoAnswer> {
  try {
    const response = await fetch(url, { ...init, signal: AbortSignal.timeout(timeoutMs) })
    const text = await response.text()
    return { status: response.status, body: parse(text), headers: response.headers }
  } catch (cause) {
    if ((cause as Error | undefined)?.name === 'TimeoutError') {
      return { unreached: false, problem: `no answer within ${timeoutMs} ms`, cause }
    }
    const { origin, username, password } = new URL(url)
    if (username !== '' || password !== '') {
      const problem = `no request can be made to an address with a user name or a password, as that of ${origin} has`
      return { unreached: true, problem, advice: 'take them out of it', cause }
    }
    const code = codeOf(cause)
    // Never the path: the event key is in it.
    const problem = `the connection to ${origin} failed${code === undefined ? '' : ` (${code})`}`
    const isUnreached = code !== undefined && unreached.includes(code)
    return { unreached: isUnreached, problem, ...(isUnreached && { advice: adviceFor(url) }), cause }
  }
}

function adviceFor(url: string): string {
  const { hostname } = new URL(url)
  const isHere = ['localhost', '127.0.0.1', '[::1]'].includes(hostname)
  const start = isHere
    ? 'see that it runs there (`npx inngest-cli@latest dev` is the dev server)'
    : 'see that it runs there'
  return `${start}, or correct the address (\`INNGEST_DEV\`, \`INNGEST_BASE_URL\` or \`baseUrl\`)`
}

/** True for what asking again may mend: a server that is overloaded, restarting or out of reach. */
function isPassing(answer: Answer | NoAnswer): boolean {
  return !('status' in answer) || answer.status >= 500 || answer.status === 429 || answer.status === 408
}

/** The longest that asking again is waited for. A server that asks for more is not asked before, nor waited for. */
const longestPauseMs = 5000

/** How long to wait before asking again, where that may mend it within the time that there is. */
export function pauseMsBefore(answer: Answer | NoAnswer, now: number, ownMs: number): number | undefined {
  if (!isPassing(answer)) return undefined
  const pauseMs = retryAfterMs(answer, now) ?? ownMs
  return pauseMs > longestPauseMs ? undefined : pauseMs
}

/** What a server says of when it may be asked again, as the end of a sentence about its answer. */
export function patienceIn(answer: Answer, now: number): string {
  const askedMs = isPassing(answer) ? (retryAfterMs(answer, now) ?? 0) : 0
  return askedMs > 0 ? ` and asks to be left alone for ${Math.ceil(askedMs / 1000)} s` : ''
}

/** How long a server asks to be left alone, in milliseconds, where it says so. */
function retryAfterMs(answer: Answer | NoAnswer, now: number): number | undefined {
  const value = 'headers' in answer ? answer.headers.get('retry-after') : null
  if (value === null) return undefined
  const ms = /^\d+$/.test(value) ? Number(value) * 1000 : Date.parse(value) - now
  return Number.isFinite(ms) ? Math.max(0, ms) : undefined
}

function parse(text: string): unknown {
  try {
    return JSON.parse(text)
  } catch {
    return undefined
  }
}

/** The code of a failed fetch lies in its cause, and behind a name with several addresses one deeper. */
function codeOf(error: unknown, depth = 0): string | undefined {
  if (error === undefined || error === null || depth > deepest) return undefined
  const { code, errors, cause } = error as { code?: unknown; errors?: unknown; cause?: unknown }
  if (typeof code === 'string') return code
  return codeOf(Array.isArray(errors) && errors.length > 0 ? errors[0] : cause, depth + 1)
}
