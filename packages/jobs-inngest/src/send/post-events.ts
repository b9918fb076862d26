import { type Clock, toErrorInfo, pause } from '@cgk-platform/jobs-core/provider'
import type { Inngest } from 'inngest'

import { addressUnder } from '../api/address-under.ts'
import { reasonIn } from '../api/engine-api.ts'
import { type Answer, type NoAnswer, patienceIn, pauseMsBefore, request } from '../api/request.ts'
import { type IdSeed, idAt, toSeedHeader } from '../wire/event-id.ts'
import { type OutgoingEvent, recordIn } from '../wire/inngest-event.ts'

/** What became of one event of a request. */
export type Posted =
  | { readonly ok: true; readonly id: string }
  | {
      readonly ok: false
      readonly problem: string
      /** What to do about it, as the end of a sentence. */
      readonly advice?: string | undefined
      /** Whether it may have been taken all the same. */
      readonly accepted: 'no' | 'maybe'
      /** The id it has if it was. */
      readonly id: string
      /** True where the refusal may be of another event in the request. */
      readonly isOfContent: boolean
      readonly cause?: unknown
    }

const timeoutMs = 15_000
const tries = 5
const firstPauseMs = 100

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
  const refuse = (refusal: Omit<Extract<Posted, { ok: false }>, 'ok' | 'id'>): Posted[] =>
    events.map((_, index) => ({ ok: false, id: idAt(seed, index), ...refusal }))
  let prepared: readonly unknown[]
  let body: string
  try {
    prepared = await prepare(client, events)
    body = JSON.stringify(prepared)
  } catch (cause) {
    const problem = `the middleware of the client failed: ${toErrorInfo(cause).message}`
    return refuse({ accepted: 'no', isOfContent: true, problem, cause })
  }
  if (prepared.length !== events.length || !events.every((event, index) => isTold(event, prepared[index]))) {
    return refuse({ accepted: 'no', isOfContent: true, problem: hidden })
  }
  const { href: url } = addressUnder(client.eventBaseUrl, `e/${client.eventKey ?? 'NO_EVENT_KEY_SET'}`)
  const headers = { ...client.headers, ...toSeedHeader(seed) }
  let mayHaveCome = false
  for (let tried = 1; ; tried++) {
    const answer = await request(client.fetch, url, { method: 'POST', headers, body, timeoutMs })
    const taken = takenIds(answer)
    if (taken.length === events.length && isSuccess(answer)) return taken.map((id) => ({ ok: true, id }))
    mayHaveCome ||= isAmbiguous(answer)
    const pauseMs = pauseMsBefore(answer, clock.now(), firstPauseMs * 2 ** (tried - 1) * (1 + Math.random()))
    if (pauseMs !== undefined && tried < tries) {
      await pause(clock, pauseMs)
      continue
    }
    const accepted = mayHaveCome ? 'maybe' : 'no'
    const refused = refuse({ accepted, isOfContent: isOfContent(answer), ...describe(answer, clock.now()) })
    // A batch is not atomic: those before the one that was refused are taken.
    return refused.map((one) => (taken.includes(one.id) ? { ok: true, id: one.id } : one))
  }
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
  return told?.['tenantId'] === data['tenantId'] && recordIn(told) !== undefined
}

function takenIds(answer: Answer | NoAnswer): string[] {
  const { ids } = (('status' in answer ? answer.body : undefined) ?? {}) as { ids?: unknown }
  return Array.isArray(ids) ? ids.filter((id): id is string => typeof id === 'string' && id !== '') : []
}

/** The status inside of the body counts, too. */
function isSuccess(answer: Answer | NoAnswer): boolean {
  if (!('status' in answer) || answer.status >= 300) return false
  const { status = 200, error } = (answer.body ?? {}) as { status?: number; error?: unknown }
  return status === 200 && !error
}

/** A refusal says that nothing was taken; a server that broke down, or an answer that got lost, says nothing. */
function isAmbiguous(answer: Answer | NoAnswer): boolean {
  if (!('status' in answer)) return !answer.unreached
  return answer.status >= 500 || answer.status < 400
}

/** A 400 that is not in Inngest's words is of something before it, which would say the same of each event. */
function isOfContent(answer: Answer | NoAnswer): boolean {
  if (!('status' in answer)) return false
  const { error } = (answer.body ?? {}) as { error?: unknown }
  return answer.status === 413 || (answer.status === 400 && typeof error === 'string')
}

function describe(
  answer: Answer | NoAnswer,
  now: number,
): { problem: string; advice?: string | undefined; cause?: unknown } {
  if (!('status' in answer)) return { problem: answer.problem, advice: answer.advice, cause: answer.cause }
  const { status, body } = answer
  const reason = reasonIn(body)
  if (status === 401 || status === 403) {
    const advice = 'check the event key (`eventKey` or `INNGEST_EVENT_KEY`)'
    return { problem: `it answered ${status}${reason}`, advice }
  }
  if (status === 413) return { problem: `it answered 413${reason}: the payload is over the limit of your plan` }
  if (status < 300) return { problem: `its answer cannot be read${reason}` }
  return { problem: `it answered ${status}${reason}${patienceIn(answer, now)}` }
}
