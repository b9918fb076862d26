/** A request, on its way in to the engine or out to an app. */
export interface HttpRequest {
  readonly method: string
  /** With the query. */
  readonly path: string
  readonly headers: Readonly<Record<string, string>>
  /** One that is no text has a character for each byte. */
  readonly body: string
}

/** An answer to a request. */
export interface HttpReply {
  readonly status: number
  readonly headers?: Readonly<Record<string, string>>
  readonly body?: string
}

/** How the body of a message with these headers is read and written. */
export function encodingOf(headers: Readonly<Record<string, string>> = {}): 'utf8' | 'latin1' {
  return /^application\/(protobuf|octet-stream)/.test(headers['content-type'] ?? '') ? 'latin1' : 'utf8'
}

/** An answer that holds JSON. */
export function jsonReply(status: number, body: unknown, headers: Record<string, string> = {}): HttpReply {
  return { status, headers: { 'content-type': 'application/json', ...headers }, body: JSON.stringify(body) }
}
