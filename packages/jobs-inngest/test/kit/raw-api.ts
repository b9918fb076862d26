import type { LoopbackEngine } from '../loopback/index.ts'
import { eventKey, signingKey } from './secrets.ts'

/** An unchanged response of the engine. */
export interface RawResponse {
  readonly status: number
  // oxlint-disable-next-line typescript/no-explicit-any -- tests access any member
  readonly body: any
}

/** Sends a request to an engine, without the provider. */
export async function requestRaw(
  engine: LoopbackEngine,
  method: string,
  path: string,
  body?: unknown,
): Promise<RawResponse> {
  const headers = { authorization: `Bearer ${signingKey}`, connection: 'close' }
  const init = { method, headers, ...(body !== undefined && { body: JSON.stringify(body) }) }
  const answer = await fetch(engine.url + path, init)
  const text = await answer.text()
  return { status: answer.status, body: text === '' ? undefined : JSON.parse(text) }
}

/** Sends an event without the provider and returns its id. */
export async function sendRaw(engine: LoopbackEngine, event: object): Promise<string> {
  return (await requestRaw(engine, 'POST', `/e/${eventKey}`, event)).body.ids[0]
}

/** Returns the ids of the events that an engine accepted, newest first. An event accepted twice appears twice. */
export async function eventHistory(engine: LoopbackEngine): Promise<string[]> {
  const { body } = await requestRaw(engine, 'GET', '/v1/events?limit=50')
  return body.data.map((event: { internal_id: string }) => event.internal_id)
}
