import { createHash } from 'node:crypto'

import { createJobs, type JobClient, type JobCodec, type JobProvider, type JobStatus } from '@cgk-platform/jobs-core'
import type { StandardSchemaV1 } from '@cgk-platform/jobs-core/tools'

import type { CaseTools } from './case-tools.ts'
import type { OwnHost } from './conformance-target.ts'
import { type UntypedClient, untyped } from './untyped-client.ts'

/** The provider of jobs that are only passed to a client. */
const unopened = {} as JobProvider

/** Accepts any payload. */
export const anything: StandardSchemaV1 = {
  '~standard': { version: 1, vendor: 'conformance', validate: (value) => ({ value }) },
}

/** A codec with keys that a case changes, like the one of an app that rotates them. */
export interface RotatedCodec extends JobCodec {
  /** The keys by name. The last one encodes. */
  readonly keys: string[]
}

/** Creates a codec whose texts name their key. It is no encryption, but nobody reads a text in it by chance. */
export function createRotatedCodec(more: Partial<JobCodec> = {}): RotatedCodec {
  const keys = ['k1']
  return {
    keys,
    encode: async (text) => `${keys.at(-1)}.${Buffer.from(text).toString('base64')}`,
    async decode(encoded) {
      const [key = '', text = ''] = encoded.split('.')
      if (!keys.includes(key)) throw new Error(`No key ${key}.`)
      return Buffer.from(text, 'base64').toString()
    },
    ...more,
  }
}

/** A host of a case with jobs and a codec of its own. */
export interface CodedHost {
  readonly host: OwnHost
  /** The client with the codec. */
  readonly client: JobClient
  /** Sends a payload of the case's tenant. */
  send(
    event: string,
    payload?: object,
    options?: object,
  ): Promise<{ readonly id: string; readonly deduplicated: boolean }>
  /** Returns the status of a job once it has ended. */
  waitForEnd(id: string): Promise<JobStatus>
  /** Returns what a client without the codec reads of a job. */
  readWithout(id: string): Promise<string>
}

/** The functions of `createJobs`, without types of the case's events. */
export interface CodedJobs {
  defineJob(options: object): unknown
  defineBatchJob(options: object): unknown
  defineWorkflow(options: object): unknown
  defineSignal(name: string, schema: StandardSchemaV1): unknown
}

/** The codec and the jobs of a case. */
export interface CodedOptions {
  /** The codec of the host. Absent: it has none. */
  readonly codec?: JobCodec | undefined
  /** Defines the jobs, of the events with these names. */
  define(jobs: CodedJobs, events: readonly [event: string, other: string]): void
}

/** Calls `use` with a host of its own, then ends it. Its two events are unique. */
export async function withCodec(
  t: CaseTools,
  { codec, define }: CodedOptions,
  use: (coded: CodedHost, events: readonly [event: string, other: string]) => Promise<void>,
): Promise<void> {
  const suffix = createHash('sha256').update(t.unique('codec')).digest('hex').slice(0, 12)
  const events = [`conformance.coded-${suffix}`, `conformance.coded-other-${suffix}`] as const
  const jobs = createJobs({ events: { [events[0]]: anything, [events[1]]: anything }, provider: unopened })
  define(jobs, events)
  const host = await t.engine.openHost!({ jobs, ...(codec && { codec }) })
  const { client } = host
  const sender: UntypedClient = untyped(client)
  const statusOf = (id: string): Promise<JobStatus> => client.getJobStatus(id)
  try {
    await use(
      {
        host,
        client,
        send: (event, payload, options) => sender.sendJob(event, { tenantId: t.tenantId, ...payload }, options),
        waitForEnd: (id) =>
          t.waitUntil('the job has ended', async () => {
            const status = await statusOf(id)
            return ['completed', 'failed', 'cancelled'].includes(status.state) && status
          }),
        async readWithout(id) {
          const reader = host.other({ jobs: [] })
          try {
            const hasDetails = t.capabilities.features['inspect.getJob'].supported
            return JSON.stringify([await reader.getJobStatus(id), hasDetails && (await reader.inspect.getJob(id))])
          } finally {
            await reader.close()
          }
        },
      },
      events,
    )
  } finally {
    await host.close()
  }
}
