import { systemClock } from '@cgk-platform/jobs-core/provider'
import type { Timer } from '@cgk-platform/jobs-core/scheduling'
import { ConnectError } from './connect-error.ts'
import type { SdkResponse } from './connect-messages.ts'
import type { WorkerConnection } from './connect-connection.ts'
import { createUlid } from './event-ids.ts'

/** The pending requests to workers, by id. A reply can arrive over another connection than its request. */
export interface ConnectRequests {
  open(id: string): ConnectRequest
  acknowledge(id: string): void
  /** Extends a lease. Returns the id of the new lease, or `undefined` if the request is no longer pending. */
  extend(id: string, leaseId: string): string | undefined
  reply(response: SdkResponse): void
  /** Reroutes the requests that a closing connection has not acknowledged. */
  release(connection: WorkerConnection): void
  close(): void
}

/** A pending request. */
export interface ConnectRequest {
  readonly leaseId: string
  /** Rejects if the worker's lease expires. */
  readonly reply: Promise<SdkResponse>
  /** Calls `send` and resolves to whether the worker acknowledged the request. */
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

/** Additional time after the end of a lease before its request fails, as a fraction of the lease. */
const grace = 1 / 24

/** Creates an empty set of requests. */
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
      reply.catch(() => undefined) // can reject before it is awaited
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
