import { systemClock } from '@cgk-platform/jobs-core/provider'
import type { Timer } from '@cgk-platform/jobs-core/scheduling'
import type { WebSocket } from 'ws'
import { decodeMessage, encodeMessage, type MessageKind } from './connect-messages.ts'

/** The phase of a connection (pkg/connect/gateway_phase.go). */
export type ConnectionPhase = 'handshaking' | 'ready' | 'draining' | 'closed'

/** A worker's connection. */
export interface WorkerConnection {
  phase: ConnectionPhase
  /** The functions of each of its apps, once it has registered them. */
  apps: ReadonlyMap<string, ReadonlySet<string>>
  /** Maximum number of concurrent requests. */
  capacity: number
  /** The id by which the real server counts a worker's requests. */
  instanceId: string
  send(kind: MessageKind, payload?: Uint8Array): void
  /** Closes the connection with a reason, as the real server words it. */
  refuse(reason: string): void
  /** Breaks the connection without a close message. */
  cut(): void
  /** Records a heartbeat of the worker. */
  recordHeartbeat(): void
}

/** The handlers for a worker's messages. */
export interface ConnectionListener {
  message(connection: WorkerConnection, kind: MessageKind, payload: Uint8Array): void
  closed(connection: WorkerConnection): void
}

const policyViolation = 1008
const helloTimeoutMs = 5000
/** Maximum number of missed heartbeats. */
const maxMissed = 5

/** Sends the hello message to a worker and handles its messages. */
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
    instanceId: '',
    send(kind, payload) {
      if (socket.readyState === socket.OPEN) socket.send(encodeMessage(kind, payload))
    },
    refuse: (reason) => socket.close(policyViolation, reason),
    cut: () => socket.terminate(),
    recordHeartbeat: () => waitFor(heartbeatMs * maxMissed, () => socket.terminate()),
  }
  socket.on('message', (data: Buffer) => {
    const { kind, payload } = decodeMessage(data)
    if (kind) message(connection, kind, payload)
  })
  socket.on('error', () => socket.terminate()) // invalid frames
  socket.on('close', () => {
    watch?.cancel()
    connection.phase = 'closed'
    closed(connection)
  })
  waitFor(helloTimeoutMs, () => connection.refuse('connect_worker_hello_timeout'))
  connection.send('GATEWAY_HELLO')
  return connection
}
