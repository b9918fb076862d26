import { systemClock, type Timer } from '@cgk-platform/jobs-core/provider'
import { ConnectError } from './connect-error.ts'
import type { SdkResponse } from './connect-messages.ts'
import type { WorkerConnection } from './connect-connection.ts'
import { createUlid } from './event-ids.ts'

/** The requests that are with workers, by id: a reply may come over another connection than the request went. */
export interface ConnectRequests {
  open(id: string): ConnectRequest
  acknowledge(id: string): void
  /** Gives more time, and answers with the new lease; with nothing where the request is no longer waited for. */
  extend(id: string, leaseId: string): string | undefined
  reply(response: SdkResponse): void
  /** A connection takes no more: what it has not acknowledged is sent elsewhere. */
  release(connection: WorkerConnection): void
  close(): void
}

/** One request until its reply. */
export interface ConnectRequest {
  readonly leaseId: string
  /** Rejects where the worker lets its lease run out. */
  readonly reply: Promise<SdkResponse>
  /** Whether the worker acknowledged what is sent to it here. */
  isTaken(connection: WorkerConnection, send: () => void): Promise<boolean>
  close(): void
}

interface Pending {
  leaseId: string
  previousLeaseId: string | undefined
  timer: Timer | undefined
  sent: { readonly connection: WorkerConnection; end(isTaken: boolean): void } | undefined
  resolve(response: SdkResponse): void
  reject(error: Error): void
}

const ignored = { resolve: (): void => undefined, reject: (): void => undefined }

/** How much later than a lease runs out the worker is given up, as a part of the lease. */
const grace = 1 / 24

/** No requests yet. */
export function createConnectRequests(leaseMs: number): ConnectRequests {
  const pending = new Map<string, Pending>()
  const renew = (one: Pending): void => {
    one.timer?.cancel()
    one.previousLeaseId = one.leaseId
    one.leaseId = createUlid(Date.now() + leaseMs)
    one.timer = systemClock.setTimer(leaseMs * (1 + grace), () => {
      const message = 'The worker stopped responding to the request.'
      one.reject(new ConnectError('connect_worker_stopped_responding', message))
    })
    one.timer.hold(false)
  }
  const remove = (id: string): void => {
    pending.get(id)?.timer?.cancel()
    pending.delete(id)
  }

  return {
    open(id) {
      const one: Pending = { leaseId: '', previousLeaseId: undefined, timer: undefined, sent: undefined, ...ignored }
      const reply = new Promise<SdkResponse>((resolve, reject) => void Object.assign(one, { resolve, reject }))
      reply.catch(() => undefined) // it may end before anybody waits for it
      renew(one)
      pending.set(id, one)
      return {
        leaseId: one.leaseId,
        reply,
        isTaken: (connection, send) =>
          new Promise((end) => {
            one.sent = { connection, end }
            send()
          }),
        close: () => remove(id),
      }
    },
    acknowledge: (id) => pending.get(id)?.sent?.end(true),
    extend(id, leaseId) {
      const one = pending.get(id)
      if (!one || (leaseId !== one.leaseId && leaseId !== one.previousLeaseId)) return undefined
      renew(one)
      return one.leaseId
    },
    reply: (response) => pending.get(response.requestId)?.resolve(response),
    release(connection) {
      for (const { sent } of pending.values()) if (sent?.connection === connection) sent.end(false)
    },
    close() {
      for (const id of pending.keys()) remove(id)
    },
  }
}
