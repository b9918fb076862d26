import { createServer } from 'node:http'
import type { AddressInfo } from 'node:net'

import type { Fault } from '../loopback/index.ts'

/** An answer with one of Trigger.dev's own errors. */
export function refusal(status: number, error = `refused with ${status}`, headers: Record<string, string> = {}): Fault {
  return { kind: 'answer', status, headers, body: { error } }
}

/** A page of something that stands before the server. */
export function page(status: number): Fault {
  const body = `<html><head><title>${status}</title></head><body><h1>nginx</h1></body></html>`
  return { kind: 'answer', status, headers: { 'content-type': 'text/html' }, body }
}

/** An address where nobody listens. */
export async function deadAddress(): Promise<string> {
  const server = createServer()
  await new Promise<void>((resolve) => void server.listen(0, '127.0.0.1', resolve))
  const { port } = server.address() as AddressInfo
  await new Promise((resolve) => server.close(resolve))
  return `http://127.0.0.1:${port}`
}

/** What a call fails with. */
export async function failureOf(call: Promise<unknown>): Promise<Error> {
  return call.then(
    () => {
      throw new Error('it did not fail')
    },
    (error: Error) => error,
  )
}
