import type { Reply } from '@cgk-platform/test-kit/replies'

import { createPostEvents, type Posted } from '../../src/send/post-events.ts'
import { idAt, type IdSeed } from '../../src/wire/event-id.ts'
import type { OutgoingEvent } from '../../src/wire/inngest-event.ts'
import { type Responder, type ReceivedRequest, createFakeServer } from './fake-server.ts'
import { createVirtualClock } from './virtual-clock.ts'

/** The time and the entropy in the server's own example of its header. */
const seed: IdSeed = { timeMs: 1_743_130_137_367, entropy: new Uint8Array(Buffer.from('eii2YKXRVTJPuA==', 'base64')) }

/** Creates this number of job events. */
export function events(count: number): OutgoingEvent[] {
  return Array.from({ length: count }, (_, number) => ({
    name: 'work.asked',
    data: { tenantId: 'acme', number, _job: { v: 1, sentAt: 1000, tenantId: 'acme' } },
  }))
}

/** Returns the ids of these events. */
export function ids(count: number): string[] {
  return events(count).map((_, index) => idAt(seed, index))
}

/** Returns the server's response after it accepted them. */
export function accepted(count: number): Reply {
  return { body: { ids: ids(count), status: 200 } }
}

/** The results of events, their requests, and the delays between the requests. */
export interface Post {
  readonly posted: readonly Posted[]
  readonly requests: readonly ReceivedRequest[]
  readonly delays: readonly number[]
}

/** Posts this number of events to a server with these responses. */
export async function post(
  count: number,
  answer: Responder,
  options: Parameters<typeof createFakeServer>[1] = {},
): Promise<Post> {
  const { client, requests } = createFakeServer(answer, options)
  const clock = createVirtualClock()
  const posted = await clock.finish(createPostEvents({ client }, clock)(events(count), seed))
  return { posted, requests, delays: clock.delays }
}
