import { permanentFailure, type EngineAddress, connectionFailure, timeoutFailure } from './classify-failure.ts'
import { RequestFailure } from './request-failure.ts'
import { requestTimeoutMs } from './create-requester.ts'

/** A complete HTTP response. */
export interface JsonResponse {
  readonly status: number
  /** The parsed body; `undefined` if it is not JSON. */
  readonly body: unknown
  readonly headers: Headers
}

/** A request for JSON. */
export interface JsonRequest {
  readonly method: 'GET' | 'POST' | 'PUT'
  readonly url: string
  readonly headers: Readonly<Record<string, string>>
  readonly body?: string | undefined
  /** Aborts the request. Default: a signal that aborts after `requestTimeoutMs`. */
  readonly signal?: AbortSignal
}

type Fetch = (url: string, init: RequestInit) => Promise<Response>

/**
 * Makes one request and returns the response, whatever its status.
 *
 * @throws {RequestFailure} if there is no response.
 */
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
      const problem = `the address of ${origin} contains a user name or password, which \`fetch\` rejects`
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
