import type { Scope } from '../access/scope-of.ts'
import { Refusal } from '../http/refusal.ts'
import { respond } from '../http/respond.ts'
import { toRefusal } from '../http/to-refusal.ts'
import type { ApiContext, ApiRequest } from './api-context.ts'
import type { Query } from './read-query.ts'

/** Maximum number of streams of one user. */
const maxStreams = 20
/** A stream ends after this time. The browser opens another one, so that a user who has lost access gets no more. */
const streamMs = 5 * 60_000
/** A comment in this interval tells proxies that the stream is alive. */
const heartbeatMs = 15_000
/** A browser that has this many bytes to read is too slow. Its stream ends, and the next one starts with the newest jobs. */
const maxWaitingBytes = 4_000_000

/** The number of open streams of each user, by dashboard. */
const open = new WeakMap<ApiContext, Map<string, number>>()

/** Answers with the newest jobs that match, then with their changes, as Server-Sent Events. */
export function respondChanges(
  { inspect }: Scope,
  query: Query,
  context: ApiContext,
  { request, access }: ApiRequest,
): Response {
  // Users of different tenants can have the same name.
  const user = JSON.stringify([access.user, access.tenants])
  const streams = open.get(context) ?? new Map<string, number>()
  open.set(context, streams)
  const count = streams.get(user) ?? 0
  if (count >= maxStreams) throw new Refusal(429, 'too_many_streams', `You have ${maxStreams} open pages. Close one.`)
  const filter = query.filter()
  const limit = query.number('limit')

  let end = (): void => undefined
  let isCancelled = false
  const encoder = new TextEncoder()
  const body = new ReadableStream<Uint8Array>(
    {
      start(controller) {
        const write = (text: string): void => {
          if ((controller.desiredSize ?? 0) > 0) controller.enqueue(encoder.encode(text))
          else end()
        }
        const send = (event: string, data: unknown): void => write(`event: ${event}\ndata: ${JSON.stringify(data)}\n\n`)
        const stop = inspect.subscribe(filter, (change) => send('change', change), {
          limit,
          onError: (error) => send('problem', { error: toRefusal(error, context.logger).error }),
        })
        streams.set(user, count + 1)
        const heartbeat = setInterval(() => write(': alive\n\n'), heartbeatMs)
        const timer = setTimeout(() => end(), streamMs)
        end = () => {
          end = () => undefined
          stop()
          clearInterval(heartbeat)
          clearTimeout(timer)
          request.signal.removeEventListener('abort', abort)
          streams.set(user, (streams.get(user) ?? 1) - 1)
          if (streams.get(user) === 0) streams.delete(user)
          if (!isCancelled) controller.close()
        }
        const abort = (): void => end()
        request.signal.addEventListener('abort', abort)
        if (request.signal.aborted) end()
        else write('retry: 2000\n\n')
      },
      cancel() {
        isCancelled = true
        end()
      },
    },
    new ByteLengthQueuingStrategy({ highWaterMark: maxWaitingBytes }),
  )
  return respond(body, 200, { 'Content-Type': 'text/event-stream', 'X-Accel-Buffering': 'no' })
}
