import { createServer } from 'node:http'
import type { AddressInfo } from 'node:net'

import { onTestFinished, vi } from 'vitest'

import { createScaledClock, type Fault } from '../loopback/index.ts'

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

/**
 * Makes the 15 s that a request may take as short as the scaled clock makes the rest, and as long on a busy machine: a
 * request that is answered must not come too late there.
 */
export function hurryTimeouts({ kind }: Fault, factor = 20): void {
  if (kind !== 'hang') return
  const clock = createScaledClock(factor)
  const spy = vi.spyOn(AbortSignal, 'timeout').mockImplementation((ms) => {
    const controller = new AbortController()
    const late = new DOMException('The operation was aborted due to timeout', 'TimeoutError')
    clock.setTimer(ms, () => controller.abort(late)).hold(false)
    return controller.signal
  })
  onTestFinished(() => spy.mockRestore())
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
export async function failureOf(call: Promise<unknown>): Promise<unknown> {
  return call.then(
    () => {
      throw new Error('it did not fail')
    },
    (error: unknown) => error,
  )
}
