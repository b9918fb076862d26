import { execFile } from 'node:child_process'
import { join } from 'node:path'
import { promisify } from 'node:util'
import { describe, expect, test } from 'vitest'

import { bareEnvironment } from '../../../vitest.environment.ts'

const run = promisify(execFile)

/** Records the URL of every loaded module, ES module or CommonJS, and prints them at the end. */
const recorder = `
  import { writeSync } from 'node:fs'
  import { registerHooks } from 'node:module'
  const urls = []
  registerHooks({ load: (url, context, next) => (urls.push(url), next(url, context)) })
  process.once('exit', () => writeSync(1, urls.join('\\n')))
`

/** Returns the packages that a program loads. Engine descriptors do not count: the build copies them. */
async function packagesLoadedBy(program: string): Promise<Set<string>> {
  const flags = ['--conditions=@cgk-platform/source', '--no-warnings', '--input-type=module']
  const preload = ['--import', `data:text/javascript,${encodeURIComponent(recorder)}`]
  const { stdout } = await run(process.execPath, [...flags, ...preload, '--eval', program], {
    cwd: join(import.meta.dirname, '..'),
    env: bareEnvironment(),
    maxBuffer: 2 ** 24,
  })
  const urls = stdout.split('\n').filter((url) => !url.endsWith('/descriptor.ts'))
  const names = urls.map((url) => /.*\/(?:packages|node_modules)\/((?:@[^/]+\/)?[^/]+)\//.exec(url)?.[1])
  return new Set(names.filter((name) => name !== undefined))
}

const local = `
  import { createJobClient, defineJob } from '@cgk-platform/jobs'
  defineJob({ id: 'work', event: 'order.created', handler: () => undefined })
  const client = createJobClient({ provider: 'local' })
  const job = await client.sendJob('order.created', { tenantId: 'tenant_1', orderId: 'o1' })
  await client.waitForJob(job.id)
  await client.close()
`
const sender = `
  import { createJobClient } from '@cgk-platform/jobs'
  const client = createJobClient({ provider: 'inngest', config: { baseUrl: 'http://127.0.0.1:1', eventKey: 'key' } })
  await client.capabilities()
`
const send = `${sender}
  await client.sendJob('order.created', { tenantId: 'tenant_1', orderId: 'o1' }).catch(() => undefined)
`
const host = `
  import { createInngestFunctions, defineJob } from '@cgk-platform/jobs/inngest'
  const client = { id: 'jobs', createFunction: () => ({}) }
  const job = defineJob({ id: 'work', event: 'order.created', handler: () => undefined })
  createInngestFunctions({ client, jobs: [job] })
`

const triggerSender = `
  import { createJobClient } from '@cgk-platform/jobs'
  const client = createJobClient({ provider: 'trigger.dev', config: { apiUrl: 'http://127.0.0.1:1', apiKey: 'tr_dev_1' } })
  await client.capabilities()
`
const triggerSend = `${triggerSender}
  await client.sendJob('order.created', { tenantId: 'tenant_1', orderId: 'o1' }).catch(() => undefined)
`

describe('a program loads only the provider that it uses', () => {
  test('the facade loads none on import', async () => {
    const loaded = await packagesLoadedBy(`import '@cgk-platform/jobs'`)
    expect(loaded).toContain('jobs-core')
    expect([...loaded].filter((name) => /local|inngest|postgres|trigger|opentelemetry/.test(name))).toEqual([])
  })

  test('zod is loaded on the first use of a built-in event', async () => {
    const own = `
      import { createJobClient, defineEvents, defineJob, eventType } from '@cgk-platform/jobs'
      defineEvents({ 'video.ready': eventType() })
      defineJob({ id: 'work', event: 'video.ready', handler: () => undefined })
      const client = createJobClient({ provider: 'local' })
      await client.waitForJob((await client.sendJob('video.ready', { tenantId: 'tenant_1' })).id)
      await client.close()
    `
    expect(await packagesLoadedBy(own)).not.toContain('zod')
    expect(await packagesLoadedBy(local)).toContain('zod')
  })

  test.each([
    ['the local engine', local],
    ['its test kit', `import '@cgk-platform/jobs/local/testing'`],
  ])('%s loads no other provider', async (_what, program) => {
    const loaded = await packagesLoadedBy(program)
    expect(loaded).toContain('jobs-local')
    expect([...loaded].filter((name) => /inngest|postgres|trigger|opentelemetry/.test(name))).toEqual([])
  })

  test('a host on Inngest loads no other provider, and only the SDK of its app', async () => {
    const loaded = await packagesLoadedBy(host)
    expect(loaded).toContain('jobs-inngest')
    expect([...loaded].filter((name) => /jobs-local|^inngest|trigger/.test(name))).toEqual([])
  })

  test.each([
    ['Inngest', 'jobs-inngest', 'inngest', sender, send, /jobs-local|trigger/],
    ['Trigger.dev', 'jobs-trigger', '@trigger.dev/sdk', triggerSender, triggerSend, /jobs-local|inngest/],
  ])('a client on %s loads no other provider, and its SDK only on first use', async (...given) => {
    const [, provider, sdk, ready, used, others] = given
    const loaded = await packagesLoadedBy(ready)
    expect(loaded).toContain(provider)
    expect([...loaded].filter((name) => name === sdk || /opentelemetry/.test(name) || others.test(name))).toEqual([])
    const loadedByUse = await packagesLoadedBy(used)
    expect(loadedByUse).toContain(sdk)
    expect([...loadedByUse].filter((name) => others.test(name))).toEqual([])
  })
})
