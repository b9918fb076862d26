/** A request to the engine or to an app. */
export interface HttpRequest {
  readonly method: string
  /** With the query. */
  readonly path: string
  readonly headers: Readonly<Record<string, string>>
  /** A binary body has one character per byte. */
  readonly body: string
}

/** A response to a request. */
export interface HttpReply {
  readonly status: number
  readonly headers?: Readonly<Record<string, string>>
  readonly body?: string
}

/** Returns the encoding of the body of a message with these headers. */
export function encodingOf(headers: Readonly<Record<string, string>> = {}): 'utf8' | 'latin1' {
  return /^application\/(protobuf|octet-stream)/.test(headers['content-type'] ?? '') ? 'latin1' : 'utf8'
}

/** Creates a JSON response. */
export function jsonReply(status: number, body: unknown, headers: Record<string, string> = {}): HttpReply {
  return { status, headers: { 'content-type': 'application/json', ...headers }, body: JSON.stringify(body) }
}
