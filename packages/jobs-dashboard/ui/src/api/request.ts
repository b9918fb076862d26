import { basePath } from '../base-path.ts'
import { RequestError } from './request-error.ts'

/** The parameters of a request. Those without a value are omitted. */
export type Parameters = Readonly<Record<string, string | readonly string[] | undefined>>

/** Returns the address of a part of the API. */
export function apiUrl(path: string, parameters: Parameters = {}): string {
  const search = new URLSearchParams()
  for (const [name, value] of Object.entries(parameters)) {
    for (const one of typeof value === 'string' ? [value] : (value ?? [])) if (one !== '') search.append(name, one)
  }
  return `${basePath}/api/${path}${search.size > 0 ? `?${search}` : ''}`
}

/** Reads a part of the API. @throws {RequestError} */
export async function read<Body>(url: string, signal?: AbortSignal): Promise<Body> {
  return send(url, { ...(signal && { signal }), headers: { Accept: 'application/json' } })
}

/** Does an action. @throws {RequestError} */
export async function act<Body>(path: string, parameters: Parameters, body: unknown): Promise<Body> {
  return send(apiUrl(path, parameters), {
    method: 'POST',
    headers: { Accept: 'application/json', 'Content-Type': 'application/json', 'X-Jobs-Dashboard': '1' },
    body: JSON.stringify(body),
  })
}

async function send<Body>(url: string, init: RequestInit): Promise<Body> {
  let response: Response
  try {
    response = await fetch(url, { credentials: 'same-origin', ...init })
  } catch (error) {
    if (init.signal?.aborted) throw error
    throw new RequestError(0, 'unreachable', 'The server does not answer.')
  }
  const body: unknown = await response.json().catch(() => undefined)
  if (response.ok && body !== undefined) return body as Body
  throw toRequestError(response.status, body)
}

function toRequestError(status: number, body: unknown): RequestError {
  const { error } = (body ?? {}) as {
    error?: { code?: string; message?: string; issues?: RequestError['issues'] }
  }
  const message = error?.message ?? `The server answered with status ${status}.`
  return new RequestError(status, error?.code ?? 'unknown', message, error?.issues ?? [])
}
