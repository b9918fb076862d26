import type { HttpReply } from './http-messages.ts'

/** The connected dev workers. Ticks of schedules are dropped while none is connected. */
export interface Presence {
  /** Opens the stream that shows a worker as connected. */
  stream(): HttpReply
  isConnected(): boolean
}

const everyMs = 4000
const memoryMs = 5000

/** Creates an empty list of workers. */
export function createPresence(): Presence {
  let seenAt = 0
  return {
    isConnected: () => Date.now() - seenAt < memoryMs,
    stream: () => ({
      status: 200,
      headers: { 'content-type': 'text/event-stream', 'cache-control': 'no-store', connection: 'keep-alive' },
      stream(response) {
        const see = (event: string, data: string): void => {
          seenAt = Date.now()
          response.write(`event: ${event}\ndata: ${data}\n\n`)
        }
        see('start', 'Started')
        const timer = setInterval(() => see('time', new Date().toISOString()), everyMs).unref()
        response.once('close', () => clearInterval(timer))
      },
    }),
  }
}
