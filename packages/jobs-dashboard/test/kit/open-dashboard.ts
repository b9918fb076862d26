import type { Definition, JobClient, LoggerLike } from '@cgk-platform/jobs-core'
import { createTestEngine, type TestEngine } from '@cgk-platform/jobs-local/testing'

import { type AuditEntry, createDashboard, type DashboardAccess, type DashboardOptions } from '../../src/index.ts'
import { shop } from './shop.ts'

/** A user's browser. */
export interface Browser {
  /** Requests a path below `/api/`. */
  get(path: string, init?: RequestInit): Promise<Response>
  /** Requests a path below `/api/`. Returns the JSON of the answer. */
  read<Json = unknown>(path: string): Promise<Json>
  /** Sends an action like the pages do. */
  post(path: string, body: unknown, headers?: Record<string, string | undefined>): Promise<Response>
}

/** A dashboard on an engine in memory, with a virtual clock. */
export interface OpenedDashboard {
  readonly engine: TestEngine
  readonly audited: AuditEntry[]
  /** The log, with the fields of each line. */
  readonly lines: string[]
  readonly dashboard: (request: Request) => Promise<Response>
  /** Returns the browser of a user. */
  as(access: Partial<DashboardAccess>): Browser
}

/** Everything that a user may do. */
export const everything = {
  payloads: true,
  retry: true,
  cancel: true,
  signal: true,
  send: true,
  pause: true,
  runCron: true,
}

/** Opens a dashboard for the shop. */
export function openDashboard(
  options: Partial<DashboardOptions> = {},
  wrap: (client: JobClient) => JobClient = (client) => client,
  jobs: readonly Definition[] = Object.values(shop),
): OpenedDashboard {
  const engine = createTestEngine({ jobs })
  const audited: AuditEntry[] = []
  const lines: string[] = []
  const log = (...line: unknown[]): unknown => lines.push(JSON.stringify(line))
  const logger: LoggerLike = { debug: log, info: log, warn: log, error: log }
  const dashboard = createDashboard({
    client: wrap(engine.client),
    basePath: '/admin',
    authorize: ({ headers }) => JSON.parse(headers.get('Cookie') ?? 'null') as DashboardAccess | null,
    audit: (entry) => void audited.push(entry),
    logger,
    ...options,
  })
  const as = (access: Partial<DashboardAccess>): Browser => {
    const cookie = JSON.stringify({ user: 'ada', tenants: 'all', ...access })
    const request = (path: string, init: RequestInit = {}): Promise<Response> => {
      const headers = new Headers(init.headers)
      headers.set('Cookie', cookie)
      if (!headers.has('Sec-Fetch-Site')) headers.set('Sec-Fetch-Site', 'same-origin')
      return dashboard(new Request(`https://shop.example/admin/api/${path}`, { ...init, headers }))
    }
    return {
      get: request,
      read: async <Json>(path: string) => (await request(path)).json() as Promise<Json>,
      post(path, body, changed = {}) {
        const given = { 'Content-Type': 'application/json', 'X-Jobs-Dashboard': '1', ...changed }
        const headers = Object.entries(given).filter((header): header is [string, string] => header[1] !== undefined)
        return request(path, { method: 'POST', headers, body: JSON.stringify(body) })
      },
    }
  }
  return { engine, audited, lines, dashboard, as }
}
