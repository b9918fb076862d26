import type { Clock } from '@cgk-platform/jobs-core/provider'
import { parseEventIdSeed, seededEventId } from './event-ids.ts'
import type { EventIntake } from './event-intake.ts'
import { type HttpReply } from './http-messages.ts'
import type { Route, RouteRequest } from './routes.ts'
import type { EventPayload } from './stored-event.ts'

const maxEvents = 5000
const earliestTs = Date.UTC(1980, 0, 1)
const latestTs = Date.UTC(2100, 0, 1)

/** Creates the event API: `POST /e/{key}` with one event or a list (pkg/api/api.go). */
export function createEventApi(options: {
  readonly clock: Clock
  readonly intake: EventIntake
  readonly eventKey: string | undefined
  readonly maxEventBytes: number
}): Route[] {
  const { intake, eventKey, maxEventBytes } = options

  const handle = ({ params, headers, body }: RouteRequest): HttpReply => {
    if (eventKey !== undefined && params['key'] !== eventKey) {
      return reply(401, { status: 401, error: 'Event key not found' })
    }
    const seed = parseEventIdSeed(headers['x-inngest-event-id-seed'])
    const ids: string[] = []
    try {
      // Sequential, so that the events before an invalid one are accepted.
      for (const [index, item] of readItems(body).entries()) {
        const event = checkEvent(item, index, maxEventBytes)
        ids.push(intake.receive(event, seed && seededEventId(seed, index)))
      }
    } catch (error) {
      return reply(400, { ids: ids.length > 0 ? ids : [''], status: 400, error: (error as Error).message })
    }
    return reply(200, { ids: ids.length > 0 ? ids : [''], status: 200 })
  }
  return [{ method: 'POST', pattern: '/e/{key}', handle }]
}

function readItems(body: string): unknown[] {
  if (body === '') return []
  if (!/^\s*[{[]/.test(body)) {
    throw new Error('Request body must contain an event object or an array of event objects')
  }
  return [JSON.parse(body) as unknown].flat()
}

function checkEvent(item: unknown, index: number, maxEventBytes: number): EventPayload {
  if (index === maxEvents) throw new Error(`Over the max number of events: ${maxEvents}`)
  const size = Buffer.byteLength(JSON.stringify(item))
  if (size > maxEventBytes) {
    throw new Error(`Event is over the max size: Max ${maxEventBytes} bytes / Size ${size} bytes`)
  }
  if (typeof item !== 'object' || item === null || Array.isArray(item)) {
    throw new Error(`json: cannot unmarshal ${kindOf(item)} into Go value of type event.raw`)
  }
  const { id, name = '', data, ts = 0, v, user } = item as Record<string, unknown>
  for (const [field, value, type] of [
    ['id', id, 'string'],
    ['name', name, 'string'],
    ['v', v, 'string'],
  ] as const) {
    if (value !== undefined && value !== null && typeof value !== type) throw cannotRead(value, field, type)
  }
  for (const [field, value] of [
    ['data', data],
    ['user', user],
  ] as const) {
    if (typeof (value ?? {}) !== 'object' || Array.isArray(value))
      throw cannotRead(value, field, 'map[string]interface {}')
  }
  if (!Number.isInteger(ts)) throw cannotRead(ts, 'ts', 'int64')
  if (String(name).toLowerCase().startsWith('inngest/')) {
    throw new Error(`event name is reserved for internal use: ${String(name)}`)
  }
  if (name === '') throw new Error('event name is empty')
  if (ts !== 0 && Number(ts) < earliestTs) throw new Error('timestamp is before Jan 1, 1980')
  if (Number(ts) > latestTs) throw new Error('timestamp is after Jan 1, 2100')
  return {
    ...(typeof id === 'string' && { id }),
    name: String(name),
    data: withoutMetadata((data ?? {}) as Record<string, unknown>),
    ts: Number(ts),
    ...(typeof v === 'string' && { v }),
    ...(user !== undefined && user !== null && { user: user as Record<string, unknown> }),
  }
}

/** Removes the member that the server reserves for its own metadata (pkg/event/inbound.go). */
function withoutMetadata({ _inngest, ...data }: Record<string, unknown>): Record<string, unknown> {
  return data
}

const kindOf = (value: unknown): string =>
  Array.isArray(value)
    ? 'array'
    : typeof value === 'number' && !Number.isInteger(value)
      ? `number ${value}`
      : typeof value

function cannotRead(value: unknown, field: string, wanted: string): Error {
  return new Error(`json: cannot unmarshal ${kindOf(value)} into Go struct field raw.${field} of type ${wanted}`)
}

/** Creates a reply. The event API sets no content type, so Go sends its JSON as plain text. */
function reply(status: number, body: object): HttpReply {
  return { status, headers: { 'content-type': 'text/plain; charset=utf-8' }, body: `${JSON.stringify(body)}\n` }
}
