import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'

import { createTestEngine } from '@cgk-platform/jobs-local/testing'
import { onTestFinished } from 'vitest'

import { openTelemetry } from '../src/index.ts'
import { describeTrees, type TreeTarget } from './kit/describe-trees.ts'
import { countOrders, setReportTenants, shop, weighParcel } from './kit/shop.ts'
import { startTelemetry } from './kit/start-telemetry.ts'

const open =
  (store: 'memory' | 'sqlite'): TreeTarget['open'] =>
  async ({ options }) => {
    const telemetry = startTelemetry()
    const folder = mkdtempSync(join(tmpdir(), 'otel-'))
    onTestFinished(() => rmSync(folder, { recursive: true }))
    onTestFinished(() => telemetry.stop())
    const config = store === 'memory' ? { store } : { store, path: join(folder, 'jobs.db') }
    const instrument = openTelemetry(options)
    setReportTenants(['acme', 'bolt', 'coda'])
    const engine = createTestEngine({
      jobs: [...shop.filter((job) => job !== weighParcel), countOrders],
      config,
      instrument,
    })
    return {
      client: engine.client,
      until: () => engine.runUntilIdle(),
      tick: () => engine.advance('1h'),
      spans: telemetry.recorded,
      close: () => engine.close(),
    }
  }

for (const store of ['memory', 'sqlite'] as const)
  describeTrees({ name: `the local engine (${store})`, open: open(store) })
