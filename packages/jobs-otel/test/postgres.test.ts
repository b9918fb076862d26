import { createClient } from '@cgk-platform/jobs-core/provider'
import { createPostgresProvider } from '@cgk-platform/jobs-postgres/provider'
import { runSql, startEmbeddedServer } from '@cgk-platform/test-kit/embedded-postgres'

import { afterAll, beforeAll, expect, onTestFinished } from 'vitest'

import { openTelemetry } from '../src/index.ts'
import { describeTrees, type TreeTarget } from './kit/describe-trees.ts'
import { countOrders, setReportTenants, shop, weighParcel } from './kit/shop.ts'
import { startTelemetry } from './kit/start-telemetry.ts'

const hourMs = 3_600_000
const silent = (): void => undefined
const logger = { debug: silent, info: silent, warn: silent, error: silent }

let server: Awaited<ReturnType<typeof startEmbeddedServer>>
beforeAll(async () => {
  server = await startEmbeddedServer()
})
afterAll(() => server.stop())

/** Creates the tables of a schema, and sets its clock to a time. */
async function setClock(schema: string, time: number): Promise<void> {
  const migrating = createClient(
    { load: () => createPostgresProvider({ connectionString: server.url, schema }) },
    { jobs: [], logger },
  )
  await migrating.start()
  await migrating.close()
  const now = `(extract(epoch FROM clock_timestamp()) * 1000)::int8 + ${time - Date.now()}`
  await runSql(
    server.url,
    `CREATE OR REPLACE FUNCTION ${schema}.now_ms() RETURNS int8 LANGUAGE sql VOLATILE AS $$ SELECT ${now} $$`,
  )
}

const open: TreeTarget['open'] = async ({ id, options }) => {
  const telemetry = startTelemetry()
  onTestFinished(() => telemetry.stop())
  setReportTenants(['acme', 'bolt', 'coda'])
  const schema = id.toLowerCase()
  const connect = () => createPostgresProvider({ connectionString: server.url, schema }, { random: () => 0 })
  if (id === 'ticks') await setClock(schema, Math.ceil(Date.now() / hourMs) * hourMs - 1000)
  const jobs = [...shop.filter((job) => job !== weighParcel), countOrders]
  const client = createClient({ load: connect }, { jobs, logger, instrument: openTelemetry(options) })
  await client.start()
  return {
    client,
    until: (holds) => expect.poll(holds, { timeout: 60_000 }).toBe(true),
    tick: async () => undefined, // it comes by itself
    spans: telemetry.recorded,
    close: () => client.close({ timeout: 0 }),
  }
}

describeTrees({ name: 'PostgreSQL', open })
