import type { CalledEngine } from '@cgk-platform/jobs-core/instrumentation'
import type { Attributes } from '@opentelemetry/api'

/**
 * The names of the attributes. Those of messaging are from the semantic conventions 1.45. What has no convention has the
 * prefix `cgk.jobs`.
 */
export const names = {
  system: 'messaging.system.name',
  operationName: 'messaging.operation.name',
  operationType: 'messaging.operation.type',
  destination: 'messaging.destination.name',
  messageId: 'messaging.message.id',
  messageCount: 'messaging.batch.message_count',
  errorType: 'error.type',
  engine: 'cgk.jobs.engine',
  tenant: 'cgk.jobs.tenant.id',
  definition: 'cgk.jobs.definition.id',
  run: 'cgk.jobs.run.id',
  attempt: 'cgk.jobs.attempt',
  maxAttempts: 'cgk.jobs.max_attempts',
  isResumed: 'cgk.jobs.resumed',
  followsCrash: 'cgk.jobs.follows_crash',
  outcome: 'cgk.jobs.outcome',
  deduplicated: 'cgk.jobs.deduplicated',
  step: 'cgk.jobs.step.id',
  stepCall: 'cgk.jobs.step.call',
  stepKind: 'cgk.jobs.step.kind',
  stepAttempt: 'cgk.jobs.step.attempt',
  state: 'cgk.jobs.state',
  unlinked: 'cgk.jobs.unlinked_messages',
} as const

/** The value of `messaging.system.name`, on every engine: the root of our attributes. */
export const systemName = 'cgk.jobs'

/**
 * Returns the attributes that all spans and metrics of an operation have. Its literal names make it several times as fast
 * as names from `names`.
 *
 * @param event - absent if a send has several
 */
export function labelsOf(operation: string, { provider, serverUrl }: CalledEngine, event?: string): Attributes {
  const labels: Attributes = {
    'messaging.system.name': systemName,
    'messaging.operation.name': operation,
    'cgk.jobs.engine': provider,
  }
  if (event !== undefined) labels['messaging.destination.name'] = event
  if (serverUrl !== undefined) Object.assign(labels, serverOf(serverUrl))
  return labels
}

const servers = new Map<string, Attributes>()

/** Returns the attributes of a server. A process has few of them. */
function serverOf(url: string): Attributes {
  const known = servers.get(url)
  if (known) return known
  const { hostname, port, protocol } = new URL(url)
  const server = {
    'server.address': hostname.replace(/^\[|\]$/g, ''),
    'server.port': port === '' ? (protocol === 'https:' ? 443 : 80) : Number(port),
  }
  servers.set(url, server)
  return server
}

/** The maximum length of a value. An SDK without a limit would keep a message of a megabyte in memory. */
const maxLength = 1024

/** Returns the first part of a long value. */
export function bounded(value: string): string {
  return value.length <= maxLength ? value : `${value.slice(0, maxLength - 1)}…`
}
