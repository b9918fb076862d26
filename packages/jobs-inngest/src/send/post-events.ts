import {
  type JsonResponse,
  requestWithRetry,
  permanentFailure,
  type Clock,
  requestJson,
  RequestFailure,
  toErrorInfo,
} from '@cgk-platform/jobs-core/provider'
import type { Inngest } from 'inngest'

import { addressIn, addressUnder } from '../api/address.ts'
import { toFailure } from '../api/to-failure.ts'
import { type IdSeed, idAt, toSeedHeader } from '../wire/event-id.ts'
import { type OutgoingEvent, jobRecordIn } from '../wire/inngest-event.ts'

/** What became of one event of a request. */
export type Posted =
  | { readonly ok: true; readonly id: string }
  | {
      readonly ok: false
      readonly refusal: RequestFailure
      /** The id it has if it was taken all the same. */
      readonly id: string
      /** True where the refusal may be of another event in the request. */
      readonly isOfContent: boolean
    }

const maxAttempts = 5

/**
 * Sends events in one request. Asked again only where that may mend it, and with the same ids, which Inngest takes for
 * the same events. Not `client.send`: that chooses ids of its own and asks five times even after a refusal.
 */
export async function postEvents(
  client: Inngest.Any,
  clock: Clock,
  events: readonly OutgoingEvent[],
  seed: IdSeed,
): Promise<Posted[]> {
  const refuse = (refusal: RequestFailure, isOfContent: boolean, taken: readonly string[] = []): Posted[] =>
    events
      .map((_, index) => idAt(seed, index))
      // A batch is not atomic: those before the one that was refused are taken.
      .map((id) => (taken.includes(id) ? { ok: true, id } : { ok: false, id, refusal, isOfContent }))
  let prepared: readonly unknown[]
  let body: string
  try {
    prepared = await prepare(client, events)
    body = JSON.stringify(prepared)
  } catch (cause) {
    const problem = `the middleware of the client failed: ${toErrorInfo(cause).message}`
    return refuse(new RequestFailure(permanentFailure(problem), { cause }), true)
  }
  if (prepared.length !== events.length || !events.every((event, index) => isTold(event, prepared[index]))) {
    return refuse(new RequestFailure(permanentFailure(hidden)), true)
  }
  const { href: url } = addressUnder(client.eventBaseUrl, `e/${client.eventKey ?? 'NO_EVENT_KEY_SET'}`)
  const headers = { ...client.headers, ...toSeedHeader(seed) }
  let answer: JsonResponse | undefined
  const send = async (): Promise<readonly string[]> => {
    answer = undefined
    answer = await requestJson(client.fetch, { method: 'POST', url, headers, body }, addressIn(url))
    const taken = takenIds(answer)
    if (taken.length === events.length && isSuccess(answer)) return taken
    throw new RequestFailure(toFailure(answer, clock.now(), remedyFor))
  }
  try {
    const ids = await requestWithRetry(send, { clock, maxAttempts, jitter: Math.random })
    return ids.map((id) => ({ ok: true, id }))
  } catch (error) {
    if (!(error instanceof RequestFailure)) throw error
    return refuse(error, isOfContent(answer), takenIds(answer))
  }
}

function remedyFor(status: number): string | undefined {
  if (status === 401 || status === 403) return 'Check the event key (`eventKey` or `INNGEST_EVENT_KEY`).'
  return status === 413 ? 'The payload is over the limit of your plan.' : undefined
}

/** Middleware of a client that was made by the app may change what is sent, as one that encrypts does. */
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

const hidden =
  'the middleware of the client changes what jobs are told apart by: let it leave every event there, and ' +
  '`data.tenantId` and `data._job` readable as they are'

/** Whether an event can still be read back as the job that it is. */
function isTold({ data }: OutgoingEvent, prepared: unknown): boolean {
  const { data: told } = (prepared ?? {}) as { readonly data?: Readonly<Record<string, unknown>> | null }
  return told?.['tenantId'] === data['tenantId'] && jobRecordIn(told) !== undefined
}

function takenIds(answer: JsonResponse | undefined): string[] {
  const { ids } = (answer?.body ?? {}) as { ids?: unknown }
  return Array.isArray(ids) ? ids.filter((id): id is string => typeof id === 'string' && id !== '') : []
}

/** The status inside of the body counts, too. */
function isSuccess(answer: JsonResponse): boolean {
  const { status = 200, error } = (answer.body ?? {}) as { status?: number; error?: unknown }
  return answer.status < 300 && status === 200 && !error
}

/** A 400 that is not in Inngest's words is of something before it, which would say the same of each event. */
function isOfContent(answer: JsonResponse | undefined): boolean {
  const { error } = (answer?.body ?? {}) as { error?: unknown }
  return answer?.status === 413 || (answer?.status === 400 && typeof error === 'string')
}
