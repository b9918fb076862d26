import type { LoopbackEngine } from '@cgk-platform/inngest-loopback'

import { signingKey } from './secrets.ts'

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
