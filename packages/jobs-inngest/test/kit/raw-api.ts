import type { LoopbackEngine } from '../loopback/index.ts'
import { eventKey, signingKey } from './secrets.ts'

/** An answer of the engine, as it is. */
export interface RawAnswer {
  readonly status: number
  // oxlint-disable-next-line typescript/no-explicit-any -- tests look into it where they like
  readonly body: any
}

/** Asks an engine by hand, with none of the care that the provider takes. */
export async function ask(engine: LoopbackEngine, method: string, path: string, body?: unknown): Promise<RawAnswer> {
  const headers = { authorization: `Bearer ${signingKey}`, connection: 'close' }
  const init = { method, headers, ...(body !== undefined && { body: JSON.stringify(body) }) }
  const answer = await fetch(engine.url + path, init)
  const text = await answer.text()
  return { status: answer.status, body: text === '' ? undefined : JSON.parse(text) }
}

/** Sends an event by hand, and answers with its id. */
export async function sendRaw(engine: LoopbackEngine, event: object): Promise<string> {
  return (await ask(engine, 'POST', `/e/${eventKey}`, event)).body.ids[0]
}

/** The ids of the events that an engine has taken, newest first: one that came twice is there twice. */
export async function eventHistory(engine: LoopbackEngine): Promise<string[]> {
  const { body } = await ask(engine, 'GET', '/v1/events?limit=50')
  return body.data.map((event: { internal_id: string }) => event.internal_id)
}
