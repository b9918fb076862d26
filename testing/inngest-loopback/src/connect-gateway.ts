import { randomBytes } from 'node:crypto'
import type { AddressInfo } from 'node:net'
import type { Clock } from '@cgk-platform/jobs-core/provider'
import { WebSocketServer } from 'ws'
import { callWorker } from './connect-caller.ts'
import { openConnection, type WorkerConnection } from './connect-connection.ts'
import { encode, type MessageKind, messages } from './connect-messages.ts'
import type { ConnectOptions } from './connect-options.ts'
import { createConnectRequests } from './connect-requests.ts'
import { createWorkers, type Workers } from './connect-workers.ts'
import { type AdmitWorker, admitWorker } from './connect-admission.ts'
import type { HttpReply, HttpRequest } from './http-messages.ts'

/** The gateway that workers connect to. */
export interface ConnectGateway {
  readonly url: string
  readonly limitsOf: Workers['limitsOf']
  readonly workers: Workers['list']
  /** Creates the token with which a worker authenticates. */
  createToken(): string
  /** Sends a request to a worker. @throws {Error} without a reply. */
  call(url: string, request: Pick<HttpRequest, 'headers' | 'body'>): Promise<HttpReply>
  /** Accepts a reply that arrived outside the connection. Returns the id of its request. */
  takeReply(bytes: Uint8Array): string
  /** Requests every worker to reconnect, as a gateway does before it closes. */
  drain(): void
  /** Breaks all connections. */
  cut(): void
  close(): Promise<void>
}

/** The services that the gateway needs. */
export interface GatewayDependencies extends Pick<AdmitWorker, 'register'> {
  readonly clock: Clock
  readonly options: ConnectOptions
  /** Is called when the number of workers changes. */
  changed(): void
}

const subprotocol = 'v0.connect.inngest.com'
const path = '/v0/connect'
const maxBytes = 8 * 1024 * 1024

/** Starts a gateway for workers on a free port of 127.0.0.1 (pkg/connect/gateway.go). */
export async function openConnectGateway({
  clock,
  options,
  register,
  changed,
}: GatewayDependencies): Promise<ConnectGateway> {
  const { heartbeatMs, leaseMs } = options
  const workers = createWorkers(clock)
  const requests = createConnectRequests(leaseMs)
  const tokens = new Set<string>()
  const admission: AdmitWorker = { options, register, isKnownToken: (token) => tokens.has(token) }

  const handlers: Partial<Record<MessageKind, (connection: WorkerConnection, payload: Uint8Array) => void>> = {
    WORKER_CONNECT(connection, payload) {
      admitWorker(connection, messages.WorkerConnectRequestData.decode(payload), admission)
      changed()
    },
    WORKER_READY(connection) {
      if (connection.phase === 'handshaking') connection.phase = 'ready'
      changed()
    },
    WORKER_HEARTBEAT(connection) {
      connection.recordHeartbeat()
      connection.send('GATEWAY_HEARTBEAT')
    },
    WORKER_PAUSE(connection) {
      connection.phase = 'draining'
      requests.release(connection)
    },
    WORKER_REQUEST_ACK: (_, payload) => requests.acknowledge(messages.WorkerRequestAckData.decode(payload).requestId),
    WORKER_REQUEST_EXTEND_LEASE(connection, payload) {
      const { requestId, functionSlug, leaseId } = messages.WorkerRequestExtendLeaseData.decode(payload)
      const newLeaseId = requests.extend(requestId, leaseId)
      const lease = { requestId, functionSlug, ...(newLeaseId !== undefined && { newLeaseId }) }
      connection.send('WORKER_REQUEST_EXTEND_LEASE_ACK', encode(messages.WorkerRequestExtendLeaseAckData, lease))
    },
    WORKER_REPLY(connection, payload) {
      const requestId = takeReply(payload)
      connection.send('WORKER_REPLY_ACK', encode(messages.WorkerReplyAckData, { requestId }))
    },
  }
  const takeReply = (bytes: Uint8Array): string => {
    const response = messages.SDKResponse.decode(bytes)
    requests.reply(response)
    return response.requestId
  }

  const handleProtocols = (offered: Set<string>): string | false => offered.has(subprotocol) && subprotocol
  const server = new WebSocketServer({ host: '127.0.0.1', port: 0, path, maxPayload: maxBytes, handleProtocols })
  await new Promise<void>((resolve, reject) => void server.once('listening', resolve).once('error', reject))
  server.on('connection', (socket) => {
    const connection = openConnection(socket, heartbeatMs, {
      message: (from, kind, payload) => handlers[kind]?.(from, payload),
      closed(ended) {
        workers.remove(ended)
        requests.release(ended)
        changed()
      },
    })
    workers.add(connection)
  })

  const cut = (): void => workers.list().forEach((connection) => connection.cut())
  return {
    url: `ws://127.0.0.1:${(server.address() as AddressInfo).port}${path}`,
    limitsOf: workers.limitsOf,
    workers: workers.list,
    createToken() {
      const token = randomBytes(16).toString('hex')
      tokens.add(token)
      return token
    },
    call: (url, request) => callWorker(url, request, { workers, requests }),
    takeReply,
    drain() {
      for (const connection of workers.list().filter(({ phase }) => phase === 'ready')) {
        connection.phase = 'draining'
        connection.send('GATEWAY_CLOSING')
        requests.release(connection)
      }
    },
    cut,
    async close() {
      requests.close()
      cut()
      await new Promise<void>((resolve) => server.close(() => resolve()))
    },
  }
}
