import type { Fault } from '../loopback/index.ts'

/** An answer with one of Inngest's own errors. */
export function refusal(status: number, error = `refused with ${status}`, headers: Record<string, string> = {}): Fault {
  const body = JSON.stringify({ status, error })
  return { kind: 'answer', status, headers: { 'content-type': 'application/json', ...headers }, body }
}

/** A page of something that stands before the engine. */
export function page(status: number): Fault {
  const body = `<html><head><title>${status}</title></head><body><h1>nginx</h1></body></html>`
  return { kind: 'answer', status, headers: { 'content-type': 'text/html' }, body }
}

/** What a call fails with. */
export async function failureOf(call: Promise<unknown>): Promise<unknown> {
  return call.then(
    () => {
      throw new Error('it did not fail')
    },
    (error: unknown) => error,
  )
}
