import { allFeatures, type Capabilities, type Feature, type FeatureSupport } from '../../src/engines/capabilities.ts'
import type { Envelope } from '../../src/events/envelope.ts'
import type { JobProvider } from '../../src/provider/job-provider.ts'
import type { JobHost } from '../../src/runs/job-host.ts'
import type { JobStatus } from '../../src/status/job-status.ts'

/** A provider that runs nothing. It stores the sent envelopes, and returns the statuses that a test sets. */
export interface FakeProvider extends JobProvider {
  readonly sent: Envelope[]
  /** The statuses that `status` returns, by id. */
  readonly jobs: Map<string, JobStatus>
  /** All calls that change something, in order, such as `cancel job_1`. */
  readonly calls: string[]
  /** The arguments of `attach`. */
  readonly hosts: JobHost[]
}

export interface FakeProviderOptions extends Partial<JobProvider> {
  /** Features that the engine does not support. */
  without?: readonly Feature[]
  limits?: Partial<Omit<Capabilities, 'features'>>
}

/** Returns the capabilities of an engine that supports all features except these. */
export function capabilitiesWithout(
  without: readonly Feature[] = [],
  limits: FakeProviderOptions['limits'] = {},
): Capabilities {
  const features = Object.fromEntries(
    allFeatures.map((feature): [string, FeatureSupport] => [
      feature,
      without.includes(feature)
        ? { supported: false, note: 'It has none.', instead: 'Do without.' }
        : { supported: true },
    ]),
  ) as Capabilities['features']
  return {
    features,
    minRetryDelayMs: 0,
    retryToleranceMs: 0,
    maxAttemptsLimit: 1000,
    maxPayloadBytes: 1024 * 1024,
    maxDelayMs: 10 * 365 * 86_400_000,
    abortToleranceMs: 0,
    daylightSaving: 'As the local engine.',
    ...limits,
  }
}

export function createFakeProvider({ without, limits, ...overrides }: FakeProviderOptions = {}): FakeProvider {
  const sent: Envelope[] = []
  const jobs = new Map<string, JobStatus>()
  const calls: string[] = []
  const hosts: JobHost[] = []
  const record = (call: string): void => void calls.push(call)
  return {
    specificationVersion: 'v1',
    name: 'fake',
    capabilities: capabilitiesWithout(without, limits),
    attach: (host) => void hosts.push(host),
    async send(envelopes) {
      sent.push(...envelopes)
      return envelopes.map(({ id }) => ({ ok: true, id, deduplicated: false }))
    },
    status: async (id) => jobs.get(id),
    cancel: async (id) => record(`cancel ${id}`),
    retry: async (id) => record(`retry ${id}`),
    pause: async (target) => record(`pause ${target.definitionId ?? target.tenantId}`),
    resume: async (target) => record(`resume ${target.definitionId ?? target.tenantId}`),
    pauses: async () => [],
    list: async () => ({ jobs: [...jobs.values()] }),
    health: async () => ({ ok: true, provider: 'fake', checks: [] }),
    start: async () => record('start'),
    close: async ({ timeoutMs }) => record(`close ${timeoutMs}`),
    ...overrides,
    sent,
    jobs,
    calls,
    hosts,
  }
}

/** Creates the status of a job of tenant `acme`. */
export function jobStatus(more: Partial<JobStatus> = {}): JobStatus {
  return {
    id: 'job_1',
    event: 'order.created',
    tenantId: 'acme',
    state: 'queued',
    createdAt: new Date('2026-03-01T12:00:00Z'),
    runs: [],
    ...more,
  }
}
