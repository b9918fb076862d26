import { execFile } from 'node:child_process'
import { join } from 'node:path'
import { promisify } from 'node:util'
import { expect, test } from 'vitest'

const run = promisify(execFile)

const openClient = `createJobClient({ provider: 'inngest', config: { eventKey: 'key' }, jobs: [] })`
const openTestEngine = `createTestEngine({ like: 'inngest', jobs: [] }).client`

/** Opens a client on Inngest in a process where one import fails, and returns the error. */
async function errorWithout(
  specifier: string,
  importer: string,
  open = openClient,
): Promise<{ name: string; message: string }> {
  const hook = `
    import { registerHooks } from 'node:module'
    registerHooks({
      resolve: (specifier, context, next) =>
        specifier === ${JSON.stringify(specifier)} && context.parentURL.includes(${JSON.stringify(importer)})
          ? next(specifier.startsWith('@') ? specifier : 'not-there', { ...context, parentURL: 'file:///nowhere/a.js' })
          : next(specifier, context),
    })
  `
  const program = `
    import { createJobClient } from '@cgk-platform/jobs'
    import { createTestEngine } from '@cgk-platform/jobs/local/testing'
    const client = ${open}
    const { name, message } = await client.capabilities().catch((error) => error)
    console.log(JSON.stringify({ name, message }))
  `
  const flags = ['--conditions=@cgk-platform/source', '--no-warnings', '--input-type=module']
  const preload = ['--import', `data:text/javascript,${encodeURIComponent(hook)}`]
  const { stdout } = await run(process.execPath, [...flags, ...preload, '--eval', program], {
    cwd: join(import.meta.dirname, '..'),
  })
  return JSON.parse(stdout) as { name: string; message: string }
}

test.each([openClient, openTestEngine])(
  'an engine whose package is missing is rejected with the install command: %s',
  async (open) => {
    const { name, message } = await errorWithout('@cgk-platform/jobs-inngest/provider', '/jobs/src/engines.ts', open)
    expect(name).toBe('ProviderNotInstalledError')
    expect(message).toContain('`npm install @cgk-platform/jobs-inngest`')
  },
)

test('an installed package with a missing dependency is not reported as missing', async () => {
  const { name, message } = await errorWithout('./capabilities.ts', '/jobs-inngest/src/')
  expect({ name, message }).toEqual({
    name: 'Error',
    message: expect.stringContaining("Cannot find package 'not-there'"),
  })
})
