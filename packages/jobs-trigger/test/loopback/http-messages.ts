import type { ServerResponse } from 'node:http'

/** A request as the endpoints get it. */
export interface HttpRequest {
  readonly method: string
  /** With the query. */
  readonly path: string
  readonly headers: Readonly<Record<string, string>>
  readonly body: string
  /** Aborts when the caller has gone. */
  readonly gone: AbortSignal
}

/** An answer of an endpoint. */
export interface HttpReply {
  readonly status: number
  readonly headers?: Readonly<Record<string, string>>
  readonly body?: string
  /** Goes on writing after the head; the body is its own. */
  readonly stream?: (response: ServerResponse) => void
}

/** An answer in JSON. */
export function jsonReply(status: number, value: unknown, headers?: Record<string, string>): HttpReply {
  return {
    status,
    headers: { 'content-type': 'application/json; charset=utf-8', ...headers },
    body: JSON.stringify(value),
  }
}
