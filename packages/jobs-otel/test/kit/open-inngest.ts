import { createLoopbackEngine, createScaledClock, quietLogger, serveApp } from '@cgk-platform/inngest-loopback'
import type { Definition, JobClient } from '@cgk-platform/jobs-core'
import { createClient } from '@cgk-platform/jobs-core/provider'
import { createInngestFunctions } from '@cgk-platform/jobs-inngest'
import { createInngestProvider } from '@cgk-platform/jobs-inngest/provider'
import type { SpanProcessor } from '@opentelemetry/sdk-trace'
import { Inngest } from 'inngest'
import { expect, onTestFinished } from 'vitest'

import { openTelemetry, type OpenTelemetryOptions } from '../../src/index.ts'
import type { TreeEngine } from './tree-engine.ts'
import { setReportTenants } from './shop.ts'
import { startTelemetry } from './start-telemetry.ts'

/** Settings of an app on Inngest. */
export interface InngestSettings {
  readonly jobs: readonly Definition[]
  readonly options?: OpenTelemetryOptions | undefined
  /** Creates another processor of the app's spans. */
  readonly processor?: (inngest: Inngest.Any) => SpanProcessor
  /** True: the engine's clock stands just before a full hour. */
  readonly isBeforeTick?: boolean
  /** False: without our instrumentation. */
  readonly isInstrumented?: boolean
}

const hourMs = 3_600_000
const silent = (): void => undefined
const logger = { debug: silent, info: silent, warn: silent, error: silent }

/** Opens an app that the real SDK serves on the loopback engine. */
export async function openInngest(settings: InngestSettings): Promise<TreeEngine> {
  const { jobs, options, processor, isBeforeTick = false, isInstrumented = true } = settings
  setReportTenants(['acme', 'bolt', 'coda'])
  const clock = createScaledClock(20, Math.ceil(Date.now() / hourMs) * hourMs - (isBeforeTick ? 1000 : hourMs / 2))
  const server = await createLoopbackEngine({ clock })
  const inngest = new Inngest({ id: 'jobs', baseUrl: server.url, isDev: true, logger: quietLogger })
  const telemetry = startTelemetry(processor && { processors: [processor(inngest)] })
  onTestFinished(() => telemetry.stop())
  const instrument = isInstrumented ? openTelemetry(options) : undefined
  const load = () => createInngestProvider({ client: inngest }, { clock })
  const client: JobClient = createClient({ load }, { jobs, logger, clock, instrument })
  const host = { client: inngest, jobs, logger, instrument, jobClient: client }
  const app = await serveApp(inngest, createInngestFunctions(host, { clock, random: () => 0 }))
  await server.sync(app.url)
  return {
    client,
    until: (holds) => expect.poll(holds).toBe(true),
    tick: async () => undefined, // it comes by itself
    spans: telemetry.recorded,
    async close() {
      await client.close({ timeout: 0 })
      await app.close()
      await server.close()
    },
  }
}
