import { type HttpReply, jsonReply } from './http-messages.ts'
import { toTimestamp } from './timestamps.ts'

/** Creates a response of REST v2. Omits empty values and zeros, as protobuf does. */
export function v2Reply(nowMs: number, data: unknown, page?: V2Page): HttpReply {
  const empty = Array.isArray(data) && data.length === 0
  return jsonReply(200, {
    ...(!empty && { data }),
    metadata: { fetchedAt: toTimestamp(nowMs) },
    ...(page && {
      page: { ...(page.cursor && { cursor: page.cursor, hasMore: true }), limit: page.limit },
    }),
  })
}

/** Creates an error response of REST v2. */
export function v2Error(status: number, code: string, message: string): HttpReply {
  return jsonReply(status, { errors: [{ code, message }] })
}

/** The paging of a list. */
export interface V2Page {
  readonly limit: number
  readonly cursor?: string | undefined
}

/** The error for an invalid query. */
export class BadQueryError extends Error {
  readonly code: string
  constructor(message: string, code = 'invalid_field_format') {
    super(message)
    this.code = code
  }
}

/** Creates the error for a query parameter of the wrong type. */
export function wrongType(name: string, text: string): BadQueryError {
  return new BadQueryError(`parsing field "${name}": parsing "${text}": invalid syntax`, 'api_error')
}

/** Reads `limit`. Default if missing or zero. @throws {BadQueryError} below 1 and above `max`. */
export function readLimit(query: URLSearchParams, max: number): number {
  const text = query.get('limit') ?? '0'
  if (!/^-?\d+$/.test(text)) throw wrongType('limit', text)
  const limit = Number(text) || 20
  if (limit < 1) throw new BadQueryError('Limit must be at least 1')
  if (limit > max) throw new BadQueryError(`Limit cannot exceed ${max}`)
  return limit
}

/** Reads `includeOutput`. */
export function readIncludeOutput(query: URLSearchParams): boolean {
  const text = query.get('includeOutput') ?? query.get('include_output') ?? 'false'
  if (text !== 'true' && text !== 'false') throw wrongType('include_output', text)
  return text === 'true'
}

/** Calls a handler and converts a thrown `BadQueryError` to an error response. */
export function withBadQueryErrors(handle: () => HttpReply): HttpReply {
  try {
    return handle()
  } catch (error) {
    if (error instanceof BadQueryError) return v2Error(400, error.code, error.message)
    throw error
  }
}
