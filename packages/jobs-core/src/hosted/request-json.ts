import { permanentFailure, type EngineAddress, connectionFailure, timeoutFailure } from './classify-failure.ts'
import { RequestFailure } from './request-failure.ts'
import { requestTimeoutMs } from './request-with-retry.ts'

/** One HTTP answer, read to its end. */
export interface JsonResponse {
  readonly status: number
  /** The body where it is JSON. */
  readonly body: unknown
  readonly headers: Headers
}

/** A request whose answer is JSON. */
export interface JsonRequest {
  readonly method: 'GET' | 'POST' | 'PUT'
  readonly url: string
  readonly headers: Readonly<Record<string, string>>
  readonly body?: string | undefined
  /** Ends the request. Default: a signal that aborts after `requestTimeoutMs`. */
  readonly signal?: AbortSignal
}

type Fetch = (url: string, init: RequestInit) => Promise<Response>

/** Makes one request. @throws {RequestFailure} where there is no answer; whatever was answered is returned. */
export async function requestJson(
  fetch: Fetch,
  { url, signal = AbortSignal.timeout(requestTimeoutMs), method, headers, body }: JsonRequest,
  address: Omit<EngineAddress, 'origin'>,
): Promise<JsonResponse> {
  const { origin, username, password } = new URL(url)
  try {
    const response = await fetch(url, { method, headers, signal, ...(body !== undefined && { body }) })
    const text = await response.text()
    return { status: response.status, body: parse(text), headers: response.headers }
  } catch (cause) {
    if ((cause as Error | undefined)?.name === 'TimeoutError') {
      throw new RequestFailure(timeoutFailure(requestTimeoutMs), { cause })
    }
    if (username !== '' || password !== '') {
      const problem = `no request can be made to an address with a user name or a password, as that of ${origin} has`
      throw new RequestFailure(permanentFailure(problem, 'Remove them from the address.'), { cause })
    }
    throw new RequestFailure(connectionFailure(cause, { ...address, origin }), { cause })
  }
}

function parse(text: string): unknown {
  try {
    return JSON.parse(text)
  } catch {
    return undefined
  }
}
