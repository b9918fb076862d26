import { createServer, type Server } from 'node:http'
import type { AddressInfo } from 'node:net'
import { userInfo } from 'node:os'

import { invalidOption } from '@cgk-platform/jobs-core/provider'
import { createDashboard, type DashboardAccess } from '@cgk-platform/jobs-dashboard'
import { toNodeHandler } from '@cgk-platform/jobs-dashboard/node'

import type { OperationContext } from '../operations/run-operation.ts'
import { createGuard } from './create-guard.ts'
import { openBrowser } from './open-browser.ts'

/** The flags of `dashboard`. */
export interface DashboardFlags {
  readonly port?: string
  readonly readOnly?: boolean
  readonly tenant?: string
  readonly open?: boolean
}

/** Serves the dashboard on 127.0.0.1 until Ctrl-C. Only who has the printed address can use it. */
export async function serveDashboard(
  { port, readOnly = false, tenant, open = false }: DashboardFlags,
  { client, output, untilInterrupted }: OperationContext,
): Promise<void> {
  const access = accessOf(readOnly, tenant)
  const silent = (): void => undefined
  const note = (message: unknown): void => output.note(String(message))
  const logger = { debug: silent, info: note, warn: note, error: note }
  const server = createServer()
  const { port: ownPort } = await listen(server, port === undefined ? 0 : readPort(port))
  const guard = createGuard(ownPort)
  const { basePath } = guard
  const dashboard = toNodeHandler(createDashboard({ client, logger, basePath, authorize: () => access }))
  server.on('request', (request, response) => {
    if (guard.admits(request, response)) void dashboard(request, response)
  })
  await output.write(`${guard.address}\n`)
  output.note('The dashboard is at this address until you press Ctrl-C. Who has the address can use it.')
  if (open) openBrowser(guard.addressForOneVisit())
  await new Promise<void>((resolve) => {
    untilInterrupted().addEventListener('abort', () => resolve())
  })
  server.close()
  server.closeAllConnections()
}

function accessOf(isReadOnly: boolean, tenant: string | undefined): DashboardAccess {
  const isAllowed = !isReadOnly
  return {
    user: userInfo().username || 'user',
    tenants: tenant === undefined ? 'all' : [tenant],
    can: {
      payloads: true,
      retry: isAllowed,
      cancel: isAllowed,
      send: isAllowed,
      pause: isAllowed,
      runCron: isAllowed,
    },
  }
}

function readPort(port: string): number {
  if (/^\d{1,5}$/.test(port) && Number(port) < 65_536) return Number(port)
  throw invalidOption('--port', 'is not a port', 'Pass a number up to 65535, or omit it for a free port.')
}

async function listen(server: Server, port: number): Promise<AddressInfo> {
  await new Promise<void>((resolve, reject) => {
    server.once('error', (error: NodeJS.ErrnoException) =>
      reject(
        error.code === 'EADDRINUSE'
          ? invalidOption('--port', `is ${port}, which another program uses`, 'Omit it for a free port.')
          : error,
      ),
    )
    server.listen(port, '127.0.0.1', resolve)
  })
  return server.address() as AddressInfo
}
