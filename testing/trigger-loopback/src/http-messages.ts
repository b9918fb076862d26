import type { ServerResponse } from 'node:http'

/** A request to an endpoint. */
export interface HttpRequest {
  readonly method: string
  /** The path with its query. */
  readonly path: string
  readonly headers: Readonly<Record<string, string>>
  readonly body: string
  /** Aborts when the client disconnects. */
  readonly disconnected: AbortSignal
}

/** A response of an endpoint. */
export interface HttpReply {
  readonly status: number
  readonly headers?: Readonly<Record<string, string>>
  readonly body?: string
  /** Writes the body after the headers. */
  readonly stream?: (response: ServerResponse) => void
}

/** Creates a JSON response. */
export function jsonReply(status: number, value: unknown, headers?: Record<string, string>): HttpReply {
  return {
    status,
    headers: { 'content-type': 'application/json; charset=utf-8', ...headers },
    body: JSON.stringify(value),
  }
}
