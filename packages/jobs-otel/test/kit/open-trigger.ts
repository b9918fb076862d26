import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'

import type { JobClient } from '@cgk-platform/jobs-core'
import { createJobClient } from '@cgk-platform/jobs-trigger'
import { createLoopbackServer, startCliWorker } from '@cgk-platform/trigger-loopback'
import { TriggerClient } from '@trigger.dev/sdk'
import { expect } from 'vitest'

import { openTelemetry } from '../../src/index.ts'
import type { TreeEngine } from './tree-engine.ts'
import type { RecordedSpan } from './recorded-span.ts'
import { shop } from './shop.ts'
import { startTelemetry } from './start-telemetry.ts'

/** A worker of the real CLI on the loopback server, for all tests of a file. */
export interface TriggerWorker {
  /** Opens a client for one test. */
  open(): TreeEngine & { readonly raw: TriggerClient }
  close(): Promise<void>
}

/** The attribute of the copies by which the SDK tells that a span has started. */
const partial = '$span.partial'
const silent = (): void => undefined
const logger = { debug: silent, info: silent, warn: silent, error: silent }

/** Starts the worker with the tasks of `trigger-project`. */
export async function startTrigger(): Promise<TriggerWorker> {
  const server = await createLoopbackServer({ listLagMs: 0, metadataLagMs: 0 })
  const folder = mkdtempSync(join(tmpdir(), 'otel-trigger-'))
  const file = join(folder, 'spans')
  writeFileSync(file, '')
  const projectDir = join(import.meta.dirname, '../trigger-project')
  const worker = await startCliWorker({ server, projectDir, env: { SPANS_FILE: file } })
  const recorded = (): RecordedSpan[] => {
    const lines = readFileSync(file, 'utf8').split('\n').slice(0, -1)
    return lines.map((line) => JSON.parse(line) as RecordedSpan).filter(({ attributes }) => !attributes[partial])
  }
  return {
    open() {
      const telemetry = startTelemetry()
      const before = recorded().length
      const { url: apiUrl, secretKey: apiKey } = server
      const config = { apiUrl, apiKey }
      const instrument = openTelemetry()
      const client: JobClient = createJobClient({ provider: 'trigger.dev', config, jobs: shop, logger, instrument })
      const raw = new TriggerClient({ baseURL: apiUrl, accessToken: apiKey })
      return {
        client,
        raw,
        until: (holds) => expect.poll(holds).toBe(true),
        // The schedule's payload, as the server sends it at the tick.
        tick: async () =>
          void (await raw.tasks.trigger('tick-hourly-report', { timestamp: new Date(), type: 'DECLARATIVE' })),
        spans: () => [...telemetry.recorded(), ...recorded().slice(before)],
        async close() {
          await client.close({ timeout: 0 })
          telemetry.stop()
        },
      }
    },
    async close() {
      await worker.close()
      await server.close()
      rmSync(folder, { recursive: true })
    },
  }
}
