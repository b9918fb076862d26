import type { Definition, JobClient } from '@cgk-platform/jobs-core'
import { createClient } from '@cgk-platform/jobs-core/provider'
import { createRecordedLogger } from '@cgk-platform/test-kit/recorded-logger'
import '@cgk-platform/test-kit/work'
import { failure, openLoopback, type OpenLoopback } from '@cgk-platform/trigger-loopback'

import { createTriggerProvider } from '../../src/trigger-provider.ts'
import { secretKey } from './secrets.ts'

/** A server without a worker, and a client for it. */
export interface OpenSender extends Pick<OpenLoopback, 'server'> {
  readonly client: JobClient
  /** Acts as a worker that fails the waiting job without a retry and without a record. */
  failNext(): Promise<void>
}

/** Starts a server, which is closed at the end of the test, and a client with these definitions. */
export async function openSender({ jobs = [] }: { readonly jobs?: readonly Definition[] } = {}): Promise<OpenSender> {
  const { server, register, start } = await openLoopback({ listLagMs: 0, secretKey })
  const load = () => createTriggerProvider({ apiKey: secretKey, apiUrl: server.url })
  return {
    client: createClient({ load }, { jobs, logger: createRecordedLogger() }),
    server,
    async failNext() {
      await register({ id: 'event-work__asked' })
      const run = await start()
      await run.complete(failure())
    },
  }
}
