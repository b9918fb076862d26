import { type HttpReply, jsonReply } from './http-messages.ts'
import { toTimestamp } from './timestamps.ts'

/** An answer of REST v2: what is empty or zero is left out, as protobuf does. */
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

/** A refusal of REST v2. */
export function v2Error(status: number, code: string, message: string): HttpReply {
  return jsonReply(status, { errors: [{ code, message }] })
}

/** Where a list ends and the next page begins. */
export interface V2Page {
  readonly limit: number
  readonly cursor?: string | undefined
}

/** Thrown where a query asks for what cannot be. */
export class BadQuery extends Error {
  readonly code: string
  constructor(message: string, code = 'invalid_field_format') {
    super(message)
    this.code = code
  }
}

/** Thrown where a part of a query has the wrong type. */
export function wrongType(name: string, text: string): BadQuery {
  return new BadQuery(`parsing field "${name}": parsing "${text}": invalid syntax`, 'api_error')
}

/** Reads `limit`: a default where it is missing or zero, refused below 1 and above the most. */
export function readLimit(query: URLSearchParams, most: number): number {
  const text = query.get('limit') ?? '0'
  if (!/^-?\d+$/.test(text)) throw wrongType('limit', text)
  const limit = Number(text) || 20
  if (limit < 1) throw new BadQuery('Limit must be at least 1')
  if (limit > most) throw new BadQuery(`Limit cannot exceed ${most}`)
  return limit
}

/** Reads `includeOutput`. */
export function readIncludeOutput(query: URLSearchParams): boolean {
  const text = query.get('includeOutput') ?? query.get('include_output') ?? 'false'
  if (text !== 'true' && text !== 'false') throw wrongType('include_output', text)
  return text === 'true'
}

/** Lets a handler refuse by throwing a `BadQuery`. */
export function refusingBadQueries(handle: () => HttpReply): HttpReply {
  try {
    return handle()
  } catch (error) {
    if (error instanceof BadQuery) return v2Error(400, error.code, error.message)
    throw error
  }
}
