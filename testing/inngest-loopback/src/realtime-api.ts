import { type HttpReply, jsonReply } from './http-messages.ts'
import type { Route } from './routes.ts'
import type { Signals } from './signals.ts'

/** A message that an app published. */
export interface PublishedMessage {
  readonly channel: string
  readonly topics: readonly string[]
  readonly runId: string | undefined
  readonly data: unknown
}

/** Creates the routes for messages and signals (pkg/execution/realtime/api.go, pkg/api/apiv1/signals.go). */
export function createRealtimeApi(options: {
  readonly signals: Pick<Signals, 'deliver'>
  readonly published: PublishedMessage[]
}): Route[] {
  const { signals, published } = options
  return [
    {
      method: 'POST',
      pattern: '/v1/realtime/publish',
      handle({ query, body }): HttpReply {
        const [channel, topics] = [query.get('channel') ?? '', query.getAll('topic')]
        if (channel === '' || topics.length === 0) return { status: 400, body: 'invalid message' }
        published.push({ channel, topics, runId: query.get('run_id') ?? undefined, data: parse(body) })
        return { status: 200 }
      },
    },
    {
      method: 'POST',
      pattern: '/v1/signals',
      handle({ body }): HttpReply {
        const { signal, data } = JSON.parse(body) as { signal: string; data?: unknown }
        const run = signals.deliver(signal, data ?? null)
        if (!run) return jsonReply(404, { error: 'No signal found', data: null, status: 404 })
        return jsonReply(200, { data: { run_id: run.id }, metadata: {} })
      },
    },
  ]
}

/** Parses JSON. The server takes any other text for a string. */
function parse(text: string): unknown {
  try {
    return JSON.parse(text)
  } catch {
    return text
  }
}
