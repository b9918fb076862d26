import type { Fault } from './faults.ts'

/** Returns a response with one of Inngest's errors. */
export function errorResponse(
  status: number,
  error = `refused with ${status}`,
  headers: Record<string, string> = {},
): Fault {
  const body = JSON.stringify({ status, error })
  return { kind: 'answer', status, headers: { 'content-type': 'application/json', ...headers }, body }
}

/** Returns an HTML page, as from a proxy. */
export function htmlResponse(status: number): Fault {
  const body = `<html><head><title>${status}</title></head><body><h1>nginx</h1></body></html>`
  return { kind: 'answer', status, headers: { 'content-type': 'text/html' }, body }
}
