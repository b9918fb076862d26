import {
  type JsonResponse,
  createRequester,
  permanentFailure,
  type Requester,
  requestJson,
  RequestFailure,
} from '@cgk-platform/jobs-core/hosted'
import { type Clock, toErrorInfo } from '@cgk-platform/jobs-core/provider'
import type { Inngest } from 'inngest'

import { addressHints, addressUnder } from '../api/address.ts'
import type { EngineEvent } from '../api/engine-shapes.ts'
import { toFailure } from '../api/to-failure.ts'
import type { InngestConnection } from '../inngest-config.ts'
import { type IdSeed, idAt, seedOfId, toSeedHeader } from '../wire/event-id.ts'
import { type OutgoingEvent, jobRecordIn } from '../wire/inngest-event.ts'

/** The result for one event of a request. */
export type Posted =
  | { readonly ok: true; readonly id: string }
  | {
      readonly ok: false
      readonly refusal: RequestFailure
      /** The event's id in case Inngest accepted it despite the failure. */
      readonly id: string
      /** True if another event in the request can be the cause. */
      readonly isContentError: boolean
    }

/**
 * Sends events in one request. Retries transient failures with the same ids, so Inngest deduplicates the events. The
 * SDK's `client.send` is not used: it chooses its own ids and also retries permanent failures.
 */
export interface PostEvents {
  (events: readonly OutgoingEvent[], seed: IdSeed): Promise<Posted[]>
  /**
   * Sends an event of Inngest again, unchanged, with the same id. Inngest starts only the runs that do not exist, if it
   * is less than a day old.
   */
  again(event: EngineEvent): Promise<Posted>
  /** Waits for the requests for at most `timeoutMs`. Those that still wait then fail, as do later ones. */
  close(timeoutMs: number): Promise<void>
}

const maxAttempts = 5

/** Creates the function that sends the events of a client. */
export function createPostEvents(
  { client, maxRateLimitWaitMs }: Pick<InngestConnection, 'client' | 'maxRateLimitWaitMs'>,
  clock: Clock,
): PostEvents {
  const requester = createRequester({ clock, maxRateLimitWaitMs })
  const send = (prepared: readonly unknown[], seed: IdSeed): Promise<Posted[]> =>
    sendPrepared({ client, clock, requester }, prepared, seed)
  const post = async (events: readonly OutgoingEvent[], seed: IdSeed): Promise<Posted[]> => {
    const prepared = await prepareEvents(client, events)
    return prepared instanceof RequestFailure ? refusedAll(events.length, seed, prepared, true) : send(prepared, seed)
  }
  return Object.assign(post, {
    async again({ internal_id: id, name, data, ts, user, v }: EngineEvent) {
      // The middleware of the client has prepared the data already, for example encrypted it.
      const [posted] = await send([{ name, data, ts, user, v }], seedOfId(id))
      return posted!
    },
    close: requester.close,
  })
}

/** Returns the events that the client's middleware made of these, or why they cannot be sent. */
async function prepareEvents(
  client: Inngest.Any,
  events: readonly OutgoingEvent[],
): Promise<readonly unknown[] | RequestFailure> {
  try {
    const prepared = await prepare(client, events)
    const areReadable = events.every((event, index) => isReadable(event, prepared[index]))
    return prepared.length === events.length && areReadable ? prepared : new RequestFailure(unreadable)
  } catch (cause) {
    return middlewareFailure(cause)
  }
}

function middlewareFailure(cause: unknown): RequestFailure {
  const problem = `the Inngest client's middleware failed: ${toErrorInfo(cause).message}`
  return new RequestFailure(permanentFailure(problem), { cause })
}

/** @param accepted - the ids of the events that Inngest accepted: a batch is not atomic */
function refusedAll(
  count: number,
  seed: IdSeed,
  refusal: RequestFailure,
  isContentError: boolean,
  accepted: readonly string[] = [],
): Posted[] {
  return Array.from({ length: count }, (_, index) => idAt(seed, index)).map((id) =>
    accepted.includes(id) ? { ok: true, id } : { ok: false, id, refusal, isContentError },
  )
}

async function sendPrepared(
  { client, clock, requester }: { client: Inngest.Any; clock: Clock; requester: Requester },
  events: readonly unknown[],
  seed: IdSeed,
): Promise<Posted[]> {
  let body: string
  try {
    body = JSON.stringify(events)
  } catch (cause) {
    return refusedAll(events.length, seed, middlewareFailure(cause), true)
  }
  const { href: url } = addressUnder(client.eventBaseUrl, `e/${client.eventKey ?? 'NO_EVENT_KEY_SET'}`)
  const headers = { ...client.headers, ...toSeedHeader(seed) }
  let answer: JsonResponse | undefined
  const send = async (): Promise<readonly string[]> => {
    answer = undefined
    answer = await requestJson(client.fetch, { method: 'POST', url, headers, body }, addressHints(url))
    const accepted = acceptedIds(answer)
    if (accepted.length === events.length && isSuccess(answer)) return accepted
    throw new RequestFailure(toFailure(answer, clock.now(), remedyFor))
  }
  try {
    const ids = await requester(send, { maxAttempts, isChange: true, jitter: Math.random })
    return ids.map((id) => ({ ok: true, id }))
  } catch (error) {
    if (!(error instanceof RequestFailure)) throw error
    return refusedAll(events.length, seed, error, isContentError(answer), acceptedIds(answer))
  }
}

function remedyFor(status: number): string | undefined {
  if (status === 401 || status === 403) return 'Check the event key (`eventKey` or `INNGEST_EVENT_KEY`).'
  return status === 413 ? "The payload exceeds your plan's limit." : undefined
}

/** Applies the client's middleware, which can change the events, for example encrypt them. */
async function prepare(client: Inngest.Any, events: readonly OutgoingEvent[]): Promise<readonly unknown[]> {
  let prepared = events as unknown as Parameters<
    NonNullable<InstanceType<(typeof client.middleware)[number]>['transformSendEvent']>
  >[0]['events']
  for (const Middleware of client.middleware) {
    const changed = await new Middleware({ client }).transformSendEvent?.({ events: prepared, fn: null })
    if (changed !== undefined) prepared = changed.events
  }
  return prepared
}

const unreadable = permanentFailure(
  "the Inngest client's middleware removes events or changes `data.tenantId` or `data._job`",
  'Make it pass every event with these two members unchanged.',
)

/** Returns true if an event still has the members that identify its job. */
function isReadable({ data }: OutgoingEvent, prepared: unknown): boolean {
  const { data: sent } = (prepared ?? {}) as { readonly data?: Readonly<Record<string, unknown>> | null }
  return sent?.['tenantId'] === data['tenantId'] && jobRecordIn(sent) !== undefined
}

function acceptedIds(answer: JsonResponse | undefined): string[] {
  const { ids } = (answer?.body ?? {}) as { ids?: unknown }
  return Array.isArray(ids) ? ids.filter((id): id is string => typeof id === 'string' && id !== '') : []
}

/** Returns true if a response reports success, both in its HTTP status and in its body. */
function isSuccess(answer: JsonResponse): boolean {
  const { status = 200, error } = (answer.body ?? {}) as { status?: number; error?: unknown }
  return answer.status < 300 && status === 200 && !error
}

/**
 * Returns true if the content of an event caused the failure. A 400 without Inngest's own error is from a proxy, which
 * rejects every event.
 */
function isContentError(answer: JsonResponse | undefined): boolean {
  const { error } = (answer?.body ?? {}) as { error?: unknown }
  return answer?.status === 413 || (answer?.status === 400 && typeof error === 'string')
}
