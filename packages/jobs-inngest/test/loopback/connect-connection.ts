import { systemClock, type Timer } from '@cgk-platform/jobs-core/provider'
import type { WebSocket } from 'ws'
import { decodeMessage, encodeMessage, type MessageKind } from './connect-messages.ts'

/** Where a connection stands (pkg/connect/gateway_phase.go). */
export type ConnectionPhase = 'handshaking' | 'ready' | 'draining' | 'closed'

/** A worker's connection. */
export interface WorkerConnection {
  phase: ConnectionPhase
  /** The functions of each of its apps, once it has registered them. */
  apps: ReadonlyMap<string, ReadonlySet<string>>
  /** How many requests it takes at once. */
  capacity: number
  send(kind: MessageKind, payload?: Uint8Array): void
  /** Closes it and says why, in the words of the real server. */
  refuse(reason: string): void
  /** Breaks it, without a farewell. */
  cut(): void
  /** The worker has given a sign of life. */
  noteLife(): void
}

/** What becomes of a worker's messages. */
export interface ConnectionListener {
  message(connection: WorkerConnection, kind: MessageKind, payload: Uint8Array): void
  closed(connection: WorkerConnection): void
}

const policyViolation = 1008
const helloWithinMs = 5000
/** How many signs of life a worker may miss. */
const mostMissed = 5

/** Greets a worker, and listens to it from then on. */
export function openConnection(
  socket: WebSocket,
  heartbeatMs: number,
  { message, closed }: ConnectionListener,
): WorkerConnection {
  let watch: Timer | undefined
  const waitFor = (ms: number, callback: () => void): void => {
    watch?.cancel()
    watch = systemClock.setTimer(ms, callback)
    watch.hold(false)
  }
  const connection: WorkerConnection = {
    phase: 'handshaking',
    apps: new Map(),
    capacity: 0,
    send(kind, payload) {
      if (socket.readyState === socket.OPEN) socket.send(encodeMessage(kind, payload))
    },
    refuse: (reason) => socket.close(policyViolation, reason),
    cut: () => socket.terminate(),
    noteLife: () => waitFor(heartbeatMs * mostMissed, () => socket.terminate()),
  }
  socket.on('message', (data: Buffer) => {
    const { kind, payload } = decodeMessage(data)
    if (kind) message(connection, kind, payload)
  })
  socket.on('error', () => socket.terminate()) // bytes that are no frames
  socket.on('close', () => {
    watch?.cancel()
    connection.phase = 'closed'
    closed(connection)
  })
  waitFor(helloWithinMs, () => connection.refuse('connect_worker_hello_timeout'))
  connection.send('GATEWAY_HELLO')
  return connection
}
