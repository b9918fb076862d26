import type { WorkerConnection } from './connect-connection.ts'
import { encode, messages, type WorkerConnectRequest } from './connect-messages.ts'
import type { ConnectOptions } from './connect-options.ts'
import type { RegisterBody } from './app-registrar.ts'
import { isUlid } from './event-ids.ts'

/** The services that the admission of a worker needs. */
export interface AdmitWorker {
  readonly options: ConnectOptions
  isKnownToken(token: string): boolean
  /** Registers an app. Returns false if its functions are invalid. */
  register(app: Omit<RegisterBody, 'url'>): boolean
}

const maxApps = 10
const defaultCapacity = 1000

/** Admits a worker and registers its apps, or closes the connection with a reason (pkg/connect/gateway.go). */
export function admitWorker(
  connection: WorkerConnection,
  request: WorkerConnectRequest,
  { options, isKnownToken, register }: AdmitWorker,
): void {
  const { connectionId, instanceId, authData, sdkLanguage, sdkVersion, maxWorkerConcurrency = 0 } = request
  if (!isUlid(connectionId) || instanceId === '' || request.apps.length === 0) {
    return connection.refuse('connect_worker_hello_invalid_payload')
  }
  if (!isKnownToken(authData?.sessionToken ?? '')) return connection.refuse('connect_authentication_failed')
  if (request.apps.length > maxApps) return connection.refuse('connect_too_many_apps_per_connection')

  const apps = new Map<string, ReadonlySet<string>>()
  for (const { appName, appVersion, functions } of request.apps) {
    const configs = JSON.parse(Buffer.from(functions).toString('utf8')) as { id: string }[]
    const sdk = `${sdkLanguage}:${sdkVersion}`
    const version = appVersion === undefined ? {} : { appVersion }
    if (!register({ appName, ...version, deployType: 'connect', framework: '', sdk, functions: configs })) {
      connection.send('SYNC_FAILED')
      return connection.refuse('')
    }
    apps.set(appName, new Set(configs.map(({ id }) => id)))
  }
  connection.apps = apps
  connection.instanceId = instanceId
  connection.capacity = maxWorkerConcurrency > 0 ? maxWorkerConcurrency : defaultCapacity
  connection.recordHeartbeat()
  const seconds = (ms: number): string => `${ms / 1000}s`
  const ready = {
    heartbeatInterval: seconds(options.heartbeatMs),
    extendLeaseInterval: seconds(options.leaseMs / 4),
    statusInterval: '0s',
  }
  connection.send('GATEWAY_CONNECTION_READY', encode(messages.GatewayConnectionReadyData, ready))
}
