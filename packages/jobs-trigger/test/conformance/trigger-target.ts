import { join } from 'node:path'

import { getJobClient, type JobClient, setJobClient } from '@cgk-platform/jobs-core'
import { type Clock, createClient } from '@cgk-platform/jobs-core/provider'
import {
  conformanceOptions,
  type ConformanceEngine,
  type ConformanceSetting,
  type ConformanceTarget,
} from '@cgk-platform/jobs-core/conformance'

// The face of the package, which says what the default client is.
import '../../src/index.ts'
import { triggerCapabilities } from '../../src/capabilities.ts'
import { createTriggerProvider } from '../../src/trigger-provider.ts'
import { startCliWorker } from '../kit/cli-worker.ts'

/** A Trigger.dev server to run the suite on. */
export interface TriggerServer {
  readonly url: string
  /** The secret key of the environment, for senders. */
  readonly secretKey: string
  /** The personal access token, for the CLI. */
  readonly accessToken: string
  readonly projectRef: string
  /** A file that says by how many milliseconds every process is ahead of the machine's time, and the clock that it makes. */
  readonly offset?: { readonly path: string; readonly clock: Clock }
  /** The only definitions to host. Default: all of the suite's. */
  readonly definitions?: readonly string[]
  /** Ends the server without a farewell, and starts it again on what it had stored. */
  restart?(): Promise<void>
  /** Lets time go by in which the server stands still. */
  suspend?(durationMs: number): Promise<void>
  close?(): Promise<void>
}

const projectDir = join(import.meta.dirname, 'project')

/** Trigger.dev as a target of the suite: the real SDK and the real CLI worker between the suite and whatever server. */
export function createTriggerTarget(start: () => Promise<TriggerServer>): ConformanceTarget {
  return {
    name: 'trigger.dev',
    concurrent: true,
    // A process of the worker takes a while to start, and at the first tick a machine with two cores has dozens to start.
    waitLimitMs: 120_000,
    busyMs: 20_000,
    createDefault: createDefaultClient,
    open: async (setting) => open(await start(), setting),
  }
}

async function open(server: TriggerServer, { journalPath }: ConformanceSetting): Promise<ConformanceEngine> {
  const { url: apiUrl, secretKey: apiKey, offset, definitions, restart, suspend } = server
  const internals = offset ? { clock: offset.clock } : {}
  const connect = () => createTriggerProvider({ apiKey, apiUrl }, internals)
  const options = { ...conformanceOptions(triggerCapabilities), ...internals }
  const createOn = (own: Parameters<NonNullable<ConformanceEngine['createClient']>>[0] = {}): JobClient =>
    createClient({ load: connect }, { ...options, ...own })

  const worker = await startCliWorker({
    server,
    projectDir,
    env: {
      CONFORMANCE_JOURNAL: journalPath,
      ...(offset && { CONFORMANCE_CLOCK: offset.path }),
      ...(definitions && { CONFORMANCE_DEFINITIONS: definitions.join(',') }),
    },
  })
  const client = createOn()
  return {
    client,
    ...(offset && { clock: offset.clock, advance: (durationMs) => passTime(offset.clock, durationMs) }),
    anotherClient: async () => createOn({ jobs: [] }),
    createClient: (own) => createOn({ hooks: undefined, ...own }),
    async inject(envelope) {
      const [answer] = await connect().send([envelope])
      if (!answer?.ok) throw answer?.error ?? new Error('Trigger.dev gave no answer.')
      return answer.id
    },
    ...(restart && { restart: () => restart() }),
    ...(suspend && { suspend: (durationMs) => suspend(durationMs) }),
    async close() {
      await client.close({ timeout: 0 })
      await worker.close()
      await server.close?.()
    },
  }
}

function passTime(clock: Clock, durationMs: number): Promise<void> {
  return new Promise((resolve) => void clock.setTimer(durationMs, resolve))
}

function createDefaultClient(): JobClient {
  setJobClient(undefined)
  try {
    return getJobClient()
  } finally {
    setJobClient(undefined)
  }
}
