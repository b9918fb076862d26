import { writeFileSync } from 'node:fs'
import { join } from 'node:path'

import { execute } from '../../check-packages/execute.ts'
import { installAlone } from '../install.ts'
import type { InstallChecks } from '../install-checks.ts'
import { versionIn } from '../versions.ts'

const own = '@cgk-platform/jobs-otel'
const api = '@opentelemetry/api'

/** Checks `jobs-otel` with its optional peer, and that without it nothing else of the library needs the peer. */
export async function checkTelemetry(checks: InstallChecks): Promise<void> {
  const run = async (name: string, dependencies: Readonly<Record<string, string>>, program: string): Promise<void> => {
    const cwd = join(checks.folder, name)
    const names = ['@cgk-platform/jobs-local', own]
    const ours = Object.fromEntries(names.map((each) => [each, checks.registry.versionOf(each)]))
    await installAlone({ ...ours, ...dependencies }, cwd, checks.registry)
    writeFileSync(join(cwd, 'program.js'), program)
    await execute(process.execPath, ['program.js'], { cwd })
  }
  const sdk = '@opentelemetry/sdk-trace'
  const versions = { [api]: versionIn('packages/jobs-otel', api), [sdk]: versionIn('packages/jobs-otel', sdk) }
  await checks.check('OpenTelemetry', `${own} with ${api}`, async () => {
    await run('otel-with-peer', versions, withPeer)
    return { detail: 'traces a job with the SDK' }
  })
  await checks.check('OpenTelemetry', `${own} without ${api}`, async () => {
    await run('otel-without-peer', {}, withoutPeer)
    return { detail: 'jobs run; an import of the package names the missing one' }
  })
}

const withPeer = `
import assert from 'node:assert/strict'
import { createJobClient, defineEvents, defineJob, eventType } from '@cgk-platform/jobs-local'
import { openTelemetry } from '${own}'
import { trace } from '${api}'
import { InMemorySpanExporter, SimpleSpanProcessor, TracerProvider } from '@opentelemetry/sdk-trace'

const exporter = new InMemorySpanExporter()
trace.setGlobalTracerProvider(new TracerProvider({ spanProcessors: [new SimpleSpanProcessor({ exporter })] }))
defineEvents({ 'word.said': eventType() })
defineJob({ id: 'hear', event: 'word.said', handler: () => undefined })
const client = createJobClient({ provider: 'local', instrument: openTelemetry() })
const { id } = await client.sendJob('word.said', { tenantId: 'acme' })
await client.waitForJob(id)
await client.close()
const names = exporter.getFinishedSpans().map(({ name }) => name)
assert.deepEqual(names, ['send word.said', 'process hear'])
`

const withoutPeer = `
import assert from 'node:assert/strict'
import { existsSync } from 'node:fs'
import { createJobClient, defineEvents, defineJob, eventType } from '@cgk-platform/jobs-local'

assert.ok(!existsSync('node_modules/${api}'))
defineEvents({ 'word.said': eventType() })
defineJob({ id: 'hear', event: 'word.said', handler: () => undefined })
const client = createJobClient({ provider: 'local' })
const { id } = await client.sendJob('word.said', { tenantId: 'acme' })
assert.equal((await client.waitForJob(id)).state, 'completed')
await client.close()
await assert.rejects(import('${own}'), ({ message }) => message.includes("'${api}'"))
`
