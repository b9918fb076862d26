import { spawnSync } from 'node:child_process'

import { median } from './statistics.ts'
import type { BenchRow } from './bench-row.ts'
import { startStubServer } from './stub-server.ts'

const rounds = 9

const programs = {
  empty: '',
  zod: "await import('zod')",
  local:
    "const { createJobClient } = await import('@cgk-platform/jobs'); await createJobClient({ provider: 'local' }).healthCheck()",
  sdk: "const { Inngest } = await import('inngest'); new Inngest({ id: 'app' })",
  inngest:
    "const { createJobClient } = await import('@cgk-platform/jobs'); await createJobClient({ provider: 'inngest', config: { eventKey: 'key' } }).capabilities()",
  triggerSdk:
    "const { TriggerClient } = await import('@trigger.dev/sdk'); new TriggerClient({ secretKey: 'tr_dev_1' })",
  trigger:
    "const { createJobClient } = await import('@cgk-platform/jobs'); await createJobClient({ provider: 'trigger.dev', config: { apiKey: 'tr_dev_1' } }).capabilities()",
  // Includes the first send, to a server that accepts it immediately.
  sdkSend:
    "const { Inngest } = await import('inngest'); await new Inngest({ id: 'app', eventKey: 'key', isDev: false, baseUrl: process.env.ENGINE_URL }).send({ name: 'thing.done', data: { tenantId: 'acme' } })",
  inngestSend:
    "const { createJobClient, defineEvents, eventType } = await import('@cgk-platform/jobs'); defineEvents({ 'thing.done': eventType() }); await createJobClient({ provider: 'inngest', config: { eventKey: 'key', isDev: false, baseUrl: process.env.ENGINE_URL } }).sendJob('thing.done', { tenantId: 'acme' })",
  triggerSdkSend:
    "const { TriggerClient } = await import('@trigger.dev/sdk'); await new TriggerClient({ secretKey: 'tr_dev_1', baseURL: process.env.ENGINE_URL }).tasks.trigger('thing', { tenantId: 'acme' })",
  triggerSend:
    "const { createJobClient, defineEvents, eventType } = await import('@cgk-platform/jobs'); defineEvents({ 'thing.done': eventType() }); await createJobClient({ provider: 'trigger.dev', config: { apiKey: 'tr_dev_1', apiUrl: process.env.ENGINE_URL } }).sendJob('thing.done', { tenantId: 'acme' })",
}
const names = Object.keys(programs) as Imported[]

/** The name of a program: it imports a module and prepares it as an app does. */
export type Imported = keyof typeof programs

/** Measures the import of the facade and the first client of each engine, next to the SDK or zod alone. */
export async function importCost(): Promise<BenchRow[]> {
  const costs = await importCostsMs()
  const costMs = (name: Imported): string => `${costs[name].toFixed(0)} ms`
  return [
    {
      name: 'import of the facade, local engine ready',
      figure: costMs('local'),
      detail: `zod alone ${costMs('zod')}; in addition to an empty process; built packages`,
    },
    {
      name: 'import of the facade, Inngest ready',
      figure: costMs('inngest'),
      detail: `Inngest's SDK alone ${costMs('sdk')}; the first send loads it`,
    },
    {
      name: 'import of the facade, Trigger.dev ready',
      figure: costMs('trigger'),
      detail: `Trigger.dev's SDK alone ${costMs('triggerSdk')}; the first send loads it`,
    },
    { name: 'to the first send, Inngest', figure: costMs('inngestSend'), detail: `its SDK alone ${costMs('sdkSend')}` },
    {
      name: 'to the first send, Trigger.dev',
      figure: costMs('triggerSend'),
      detail: `its SDK alone ${costMs('triggerSdkSend')}`,
    },
  ]
}

/**
 * Measures each program, minus an empty process, in milliseconds. Returns medians of rounds in which they take turns.
 */
export async function importCostsMs(cwd?: string): Promise<Readonly<Record<Imported, number>>> {
  const server = await startStubServer()
  const times: Record<string, number[]> = Object.fromEntries(names.map((name) => [name, []]))
  for (let round = 0; round < rounds; round++) {
    for (const name of names) times[name]!.push(importMs(name, cwd, server.url))
  }
  await server.close()
  const costs = names.map((name) => [name, median(times[name]!) - median(times['empty']!)])
  return Object.fromEntries(costs) as Record<Imported, number>
}

/** Measures the process of a program, in milliseconds. It uses the built packages, or those of the app in `cwd`. */
export function importMs(name: Imported, cwd: string = import.meta.dirname, engineUrl = ''): number {
  const startedAt = performance.now()
  const { status, stderr } = spawnSync(process.execPath, ['--input-type=module', '-e', programs[name]], {
    cwd,
    encoding: 'utf8',
    env: { ...process.env, ENGINE_URL: engineUrl },
  })
  if (status !== 0)
    throw new Error(`The program \`${name}\` failed. Build the packages first (\`./dev check\` does). ${stderr}`)
  return performance.now() - startedAt
}
