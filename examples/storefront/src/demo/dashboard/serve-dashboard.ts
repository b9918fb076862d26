import { createServer } from 'node:http'
import type { AddressInfo } from 'node:net'

import type { JobClient } from '@cgk-platform/jobs'
import { createDashboard } from '@cgk-platform/jobs-dashboard'
import { toNodeHandler } from '@cgk-platform/jobs-dashboard/node'

/** A dashboard that only this machine reaches. */
export interface ServedDashboard {
  readonly url: string
  close(): void
}

const localNames = ['127.0.0.1', 'localhost']
const can = { payloads: true, retry: true, cancel: true, signal: true, send: true, pause: true, runCron: true }

/** Serves the dashboard at a free port. The demo's visitor may do everything. */
export async function serveDashboard(client: JobClient): Promise<ServedDashboard> {
  const dashboard = createDashboard({
    client,
    // A site whose name points to this machine (DNS rebinding) gets nothing.
    authorize: ({ url }) =>
      localNames.includes(new URL(url).hostname) ? { user: 'visitor', tenants: 'all', can } : undefined,
  })
  const handle = toNodeHandler(dashboard)
  const server = createServer((request, response) => void handle(request, response))
  await new Promise<void>((resolve) => void server.listen(0, '127.0.0.1', resolve))
  const { port } = server.address() as AddressInfo
  return {
    url: `http://127.0.0.1:${port}/`,
    close() {
      server.close()
      server.closeAllConnections()
    },
  }
}
