import { postEvents, type Posted } from '../../src/send/post-events.ts'
import { idAt, type IdSeed } from '../../src/wire/event-id.ts'
import type { OutgoingEvent } from '../../src/wire/inngest-event.ts'
import { type Answer, type Asked, createFakeServer, type Reply } from './fake-server.ts'
import { createVirtualClock } from './virtual-clock.ts'

/** The time and the entropy in the server's own example of its header. */
const seed: IdSeed = { timeMs: 1_743_130_137_367, entropy: new Uint8Array(Buffer.from('eii2YKXRVTJPuA==', 'base64')) }

/** So many events of jobs. */
export function events(count: number): OutgoingEvent[] {
  return Array.from({ length: count }, (_, number) => ({
    name: 'work.asked',
    data: { tenantId: 'acme', number, _job: { v: 1, sentAt: 1000, tenantId: 'acme' } },
  }))
}

/** The ids that they get. */
export function ids(count: number): string[] {
  return events(count).map((_, index) => idAt(seed, index))
}

/** The server's answer when it has taken them. */
export function taken(count: number): Reply {
  return { body: { ids: ids(count), status: 200 } }
}

/** What became of events, which requests were made for it, and how long it paused between them. */
export interface Post {
  readonly posted: readonly Posted[]
  readonly asked: readonly Asked[]
  readonly delays: readonly number[]
}

/** Posts so many events to a server that answers so. */
export async function post(
  count: number,
  answer: Answer,
  options: Parameters<typeof createFakeServer>[1] = {},
): Promise<Post> {
  const { client, asked } = createFakeServer(answer, options)
  const clock = createVirtualClock()
  const posted = await clock.finish(postEvents(client, clock, events(count), seed))
  return { posted, asked, delays: clock.delays }
}
