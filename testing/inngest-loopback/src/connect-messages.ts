import { createRequire } from 'node:module'

/** The vendor's codec for one kind of message. */
interface Codec<Message> {
  create(fields: Partial<Message>): Message
  encode(message: Message): { finish(): Uint8Array }
  decode(bytes: Uint8Array): Message
}

interface StartResponse {
  readonly connectionId: string
  readonly gatewayEndpoint: string
  readonly gatewayGroup: string
  readonly sessionToken: string
  readonly syncToken: string
}

/** A worker's description of itself. */
export interface WorkerConnectRequest {
  readonly connectionId: string
  readonly instanceId: string
  readonly authData?: { readonly sessionToken: string; readonly syncToken: string }
  /** `functions` is JSON, as in a registration over HTTP. */
  readonly apps: readonly { readonly appName: string; readonly appVersion?: string; readonly functions: Uint8Array }[]
  readonly sdkLanguage: string
  readonly sdkVersion: string
  readonly maxWorkerConcurrency?: number
}

/** A request to a worker, with the content of the URL, headers and body over HTTP. */
export interface ExecutorRequest {
  readonly requestId: string
  readonly accountId: string
  readonly envId: string
  readonly appId: string
  readonly appName: string
  readonly functionId: string
  readonly functionSlug: string
  readonly stepId: string
  readonly requestPayload: Uint8Array
  readonly systemTraceCtx: Uint8Array
  readonly userTraceCtx: Uint8Array
  readonly runId: string
  readonly leaseId: string
  readonly jobId: string
}

/** A worker's reply, with the content of the status, headers and body over HTTP. */
export interface SdkResponse {
  readonly requestId: string
  /** 0 for not completed, 1 for done, 2 for an error. */
  readonly status: number
  readonly body: Uint8Array
  readonly noRetry: boolean
  readonly retryAfter?: string
  readonly sdkVersion: string
  readonly requestVersion: number
}

/** The extension of a lease, requested or granted. */
interface LeaseExtension {
  readonly requestId: string
  readonly functionSlug: string
  readonly leaseId: string
}

const kinds = [
  'GATEWAY_HELLO',
  'WORKER_CONNECT',
  'SYNC_FAILED',
  'GATEWAY_CONNECTION_READY',
  'GATEWAY_EXECUTOR_REQUEST',
  'WORKER_READY',
  'WORKER_REQUEST_ACK',
  'WORKER_REQUEST_EXTEND_LEASE',
  'WORKER_REQUEST_EXTEND_LEASE_ACK',
  'WORKER_REPLY',
  'WORKER_REPLY_ACK',
  'WORKER_PAUSE',
  'WORKER_HEARTBEAT',
  'GATEWAY_HEARTBEAT',
  'GATEWAY_CLOSING',
  'WORKER_STATUS',
] as const

/** The kind of a message on the connection. */
export type MessageKind = (typeof kinds)[number]

interface VendorModule {
  readonly ConnectMessage: Codec<{ readonly kind: number; readonly payload: Uint8Array }>
  readonly FlushResponse: Codec<{ readonly requestId: string }>
  readonly GatewayConnectionReadyData: Codec<Record<`${'heartbeat' | 'extendLease' | 'status'}Interval`, string>>
  readonly GatewayExecutorRequestData: Codec<ExecutorRequest>
  readonly GatewayMessageType: Readonly<Record<MessageKind, number>>
  readonly SDKResponse: Codec<SdkResponse>
  readonly StartResponse: Codec<StartResponse>
  readonly WorkerConnectRequestData: Codec<WorkerConnectRequest>
  readonly WorkerReplyAckData: Codec<{ readonly requestId: string }>
  readonly WorkerRequestAckData: Codec<{ readonly requestId: string }>
  readonly WorkerRequestExtendLeaseAckData: Codec<{ requestId: string; functionSlug: string; newLeaseId: string }>
  readonly WorkerRequestExtendLeaseData: Codec<LeaseExtension>
}

const require = createRequire(import.meta.url)
// The SDK does not export this file, so its path is derived from that of the SDK.
const path = '/proto/src/components/connect/protobuf/connect.cjs'

/** The SDK's codecs for the messages of the connect protocol. */
export const messages = require(require.resolve('inngest').replace(/\/index\.cjs$/, path)) as VendorModule

/** Encodes the payload of a message. */
export function encode<Message>(codec: Codec<Message>, fields: Partial<Message>): Uint8Array {
  return codec.encode(codec.create(fields)).finish()
}

/** Encodes a message for the connection. */
export function encodeMessage(kind: MessageKind, payload: Uint8Array = new Uint8Array()): Uint8Array {
  return encode(messages.ConnectMessage, { kind: messages.GatewayMessageType[kind], payload })
}

/** Decodes a message. @throws {Error} if the bytes are not a message. */
export function decodeMessage(bytes: Uint8Array): { kind: MessageKind | undefined; payload: Uint8Array } {
  const { kind, payload } = messages.ConnectMessage.decode(bytes)
  return { kind: kinds.find((name) => messages.GatewayMessageType[name] === kind), payload }
}
