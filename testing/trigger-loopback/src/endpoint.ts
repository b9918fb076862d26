import { type HttpReply, type HttpRequest, jsonReply } from './http-messages.ts'
import { ServiceError } from './service-error.ts'

/** A validation error of a zod schema. */
export interface SchemaError {
  readonly message: string
  readonly issues: readonly { readonly message: string; readonly path: readonly PropertyKey[] }[]
}

/** The part of a zod schema that is used here. Trigger.dev's schemas come from another copy of zod. */
export interface Schema<Value> {
  safeParse(value: unknown): { success: true; data: Value } | { success: false; error: SchemaError }
}

/** A validated request. */
export interface EndpointRequest<Body> {
  readonly params: Readonly<Record<string, string>>
  readonly query: URLSearchParams
  readonly headers: Readonly<Record<string, string>>
  readonly body: Body
  readonly disconnected: AbortSignal
}

/** The response of a handler. The default status is 200. */
export interface EndpointResponse {
  readonly status?: number
  readonly headers?: Record<string, string>
  readonly value: unknown
}

/** An endpoint of the API. */
export interface Endpoint<Body = undefined> {
  readonly method: string
  /** The path, such as `/api/v3/runs/{run}`. `{name*}` matches the rest of the path. */
  readonly pattern: string
  /** The required key: the environment's secret key, a personal access token, or none. */
  readonly auth: 'secret' | 'access' | 'none'
  /** Trigger.dev's schema of the request body. Without one, the body is ignored. */
  readonly body?: Schema<Body>
  /** Returns the response for an invalid body. Default: that of most endpoints. */
  readonly invalidBody?: (error: SchemaError) => object
  /** Set if the body is a string instead of JSON. */
  readonly text?: true
  /** Trigger.dev's schema of a successful response. An invalid response is a fault of this server. */
  readonly response?: Schema<unknown>
  handle(request: EndpointRequest<Body>): EndpointResponse | HttpReply | Promise<EndpointResponse | HttpReply>
}

/** An endpoint that validates its request and response. */
export interface Route {
  readonly method: string
  readonly pattern: string
  readonly auth: 'secret' | 'access' | 'none'
  handle(request: HttpRequest, params: Record<string, string>, query: URLSearchParams): Promise<HttpReply>
}

/** A response that Trigger.dev's client could not read. */
class InvalidResponseError extends Error {
  override readonly name = 'InvalidResponseError'
}

/** Declares an endpoint. */
export function endpoint<Body = undefined>(definition: Endpoint<Body>): Route {
  const { method, pattern, auth } = definition
  return {
    method,
    pattern,
    auth,
    async handle({ headers, body: text, disconnected }, params, query) {
      const parsed = parseBody(definition, text)
      if ('rejection' in parsed) return parsed.rejection
      try {
        const result = await definition.handle({ params, query, headers, body: parsed.body, disconnected })
        if (!('value' in result)) return result
        const reply = jsonReply(result.status ?? 200, result.value, result.headers)
        if (reply.status < 300) check(definition.response, reply.body!, `${method} ${pattern}`)
        return reply
      } catch (error) {
        if (error instanceof ServiceError) return jsonReply(error.status, { error: error.message })
        throw error
      }
    },
  }
}

function parseBody<Body>(
  { body: schema, text: isText, invalidBody = toMessage }: Endpoint<Body>,
  text: string,
): { body: Body } | { rejection: HttpReply } {
  if (!schema) return { body: undefined as Body }
  if (text === '') return { rejection: jsonReply(400, { error: 'Request body is empty' }) }
  let json: unknown
  try {
    json = isText ? text : JSON.parse(text)
  } catch {
    return { rejection: jsonReply(400, { error: 'Invalid JSON' }) }
  }
  const parsed = schema.safeParse(json)
  if (parsed.success) return { body: parsed.data }
  return { rejection: jsonReply(400, invalidBody(parsed.error)) }
}

function toMessage({ issues }: SchemaError): object {
  const name = (path: readonly PropertyKey[]): string =>
    path.reduce<string>((text, part) => (typeof part === 'number' ? `${text}[${part}]` : `${text}.${String(part)}`), '')
  return {
    error: `Validation error: ${issues.map(({ message, path }) => `${message} at "${name(path).replace(/^\./, '')}"`).join('; ')}`,
  }
}

function check(schema: Schema<unknown> | undefined, body: string, name: string): void {
  const parsed = schema?.safeParse(JSON.parse(body))
  if (parsed?.success === false) {
    throw new InvalidResponseError(
      `The response of \`${name}\` breaks Trigger.dev's schema: ${parsed.error.message}\n${body}`,
    )
  }
}
