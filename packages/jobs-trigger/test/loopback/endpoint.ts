import { type HttpReply, type HttpRequest, jsonReply } from './http-messages.ts'
import { ServiceError } from './service-error.ts'

/** What a zod schema finds wrong. */
export interface SchemaError {
  readonly message: string
  readonly issues: readonly { readonly message: string; readonly path: readonly PropertyKey[] }[]
}

/** The part of a zod schema that is needed here: the vendor's own schemas come from another copy of zod. */
export interface Schema<Value> {
  safeParse(value: unknown): { success: true; data: Value } | { success: false; error: SchemaError }
}

/** A request as a handler gets it. */
export interface EndpointRequest<Body> {
  readonly params: Readonly<Record<string, string>>
  readonly query: URLSearchParams
  readonly headers: Readonly<Record<string, string>>
  readonly body: Body
  readonly gone: AbortSignal
}

/** What a handler answers with; a plain value is a 200. */
export interface EndpointAnswer {
  readonly status?: number
  readonly headers?: Record<string, string>
  readonly value: unknown
}

/** One endpoint of the API. */
export interface Endpoint<Body = undefined> {
  readonly method: string
  /** Such as `/api/v3/runs/{run}`; `{name*}` takes the rest of the path. */
  readonly pattern: string
  /** Whose key it wants: the environment's, a person's, or none. */
  readonly auth: 'secret' | 'access' | 'none'
  /** The vendor's schema of the request's body; without one, the body is not looked at. */
  readonly body?: Schema<Body>
  /** The words for a body that does not fit; default: those of most endpoints. */
  readonly refuse?: (error: SchemaError) => object
  /** The body is not JSON, but text. */
  readonly text?: true
  /** The vendor's schema of a good answer; an answer that does not fit is a fault of this server. */
  readonly answer?: Schema<unknown>
  handle(request: EndpointRequest<Body>): EndpointAnswer | HttpReply | Promise<EndpointAnswer | HttpReply>
}

/** An endpoint whose request and answer are held against their schemas. */
export interface Route {
  readonly method: string
  readonly pattern: string
  readonly auth: 'secret' | 'access' | 'none'
  handle(request: HttpRequest, params: Record<string, string>, query: URLSearchParams): Promise<HttpReply>
}

/** An answer that the vendor's own client would not understand. */
class BrokenAnswerError extends Error {
  override readonly name = 'BrokenAnswerError'
}

/** Declares an endpoint. */
export function endpoint<Body = undefined>(definition: Endpoint<Body>): Route {
  const { method, pattern, auth } = definition
  return {
    method,
    pattern,
    auth,
    async handle({ headers, body: text, gone }, params, query) {
      const parsed = parseBody(definition, text)
      if ('refusal' in parsed) return parsed.refusal
      try {
        const answer = await definition.handle({ params, query, headers, body: parsed.body, gone })
        if (!('value' in answer)) return answer
        const reply = jsonReply(answer.status ?? 200, answer.value, answer.headers)
        if (reply.status < 300) check(definition.answer, reply.body!, `${method} ${pattern}`)
        return reply
      } catch (error) {
        if (error instanceof ServiceError) return jsonReply(error.status, { error: error.message })
        throw error
      }
    },
  }
}

function parseBody<Body>(
  { body: schema, text: isText, refuse = toMessage }: Endpoint<Body>,
  text: string,
): { body: Body } | { refusal: HttpReply } {
  if (!schema) return { body: undefined as Body }
  if (text === '') return { refusal: jsonReply(400, { error: 'Request body is empty' }) }
  let json: unknown
  try {
    json = isText ? text : JSON.parse(text)
  } catch {
    return { refusal: jsonReply(400, { error: 'Invalid JSON' }) }
  }
  const parsed = schema.safeParse(json)
  if (parsed.success) return { body: parsed.data }
  return { refusal: jsonReply(400, refuse(parsed.error)) }
}

function toMessage({ issues }: SchemaError): object {
  const name = (path: readonly PropertyKey[]): string =>
    path.reduce<string>(
      (whole, part) => (typeof part === 'number' ? `${whole}[${part}]` : `${whole}.${String(part)}`),
      '',
    )
  return {
    error: `Validation error: ${issues.map(({ message, path }) => `${message} at "${name(path).replace(/^\./, '')}"`).join('; ')}`,
  }
}

function check(schema: Schema<unknown> | undefined, body: string, name: string): void {
  const parsed = schema?.safeParse(JSON.parse(body))
  if (parsed?.success === false) {
    throw new BrokenAnswerError(
      `The answer of \`${name}\` breaks the vendor's schema: ${parsed.error.message}\n${body}`,
    )
  }
}
