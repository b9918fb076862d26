import { rmSync } from 'node:fs'
import { join } from 'node:path'
import { repository } from '@cgk-platform/test-kit/documents'
import { createReaderProject } from '@cgk-platform/test-kit/reader-project'
import { runCommand } from '@cgk-platform/test-kit/run-command'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'

import { runDoctorIn } from './run-doctor-in.ts'

// An app on the local engine, which asks what another engine would refuse before installing it.

const project = createReaderProject()

beforeAll(() => {
  // A facade in this project, which finds only the packages of this project.
  const facade = 'node_modules/@cgk-platform/jobs'
  rmSync(join(project.folder, facade))
  project.write(`${facade}/package.json`, JSON.stringify({ type: 'module', version: '0.0.0', exports: './index.js' }))
  project.write(`${facade}/index.js`, `export * from ${JSON.stringify(join(repository, 'packages/jobs/src/index.ts'))}`)
  project.write(
    'src/jobs.ts',
    `import { defineJob } from '@cgk-platform/jobs'
defineJob({ id: 'greedy', event: 'order.created', retry: { maxAttempts: 50 }, handler: () => undefined })
defineJob({ id: 'late', event: 'order.created', debounce: { period: '10s' }, handler: () => undefined })
defineJob({ id: 'modest', event: 'order.created', handler: () => undefined })`,
  )
})
afterAll(() => project.remove())

/** Returns a module that makes a package missing, although this repository has it. */
const without = (packageName: string): string => `
import { registerHooks } from 'node:module'
registerHooks({
  resolve(specifier, context, next) {
    if (specifier !== '${packageName}/provider') return next(specifier, context)
    const message = "Cannot find package '${packageName}' imported from " + context.parentURL
    throw Object.assign(new Error(message), { code: 'ERR_MODULE_NOT_FOUND' })
  },
})`

describe.each(['inngest', 'trigger.dev'])('without the package for %s', (provider) => {
  const packageName = `@cgk-platform/jobs-${provider === 'inngest' ? 'inngest' : 'trigger'}`
  const environment = { NODE_OPTIONS: `--import=data:text/javascript,${encodeURIComponent(without(packageName))}` }

  beforeAll(() => rmSync(join(project.folder, 'node_modules', packageName)))

  test('`doctor --provider` shows what the engine would refuse', async () => {
    const { report, messagesOf } = await runDoctorIn(project.folder, environment, '--provider', provider)
    const refused = report.jobs.filter(({ unsupported }) => unsupported.length > 0).map(({ id }) => id)
    expect(refused).toEqual(['greedy', 'late'])
    expect(messagesOf('problem')).toContainEqual(expect.stringMatching(/^jobs: `late`: .*`debounce`/))
    expect(messagesOf('problem').filter((one) => one.startsWith('engine'))).toEqual([])
    expect(messagesOf('unknown')).toEqual([
      `engine: not checked, because \`${packageName}\` is not installed; the jobs were checked without it`,
    ])
    expect(report.engine).toBeNull()
  })

  test('the app that has chosen it has a problem', async () => {
    const { messagesOf } = await runDoctorIn(project.folder, { ...environment, JOB_PROVIDER: provider })
    expect(messagesOf('problem')).toContainEqual(
      `engine: The provider \`${provider}\` needs the package \`${packageName}\`, which could not be loaded. Install it: \`npm install ${packageName}\`.`,
    )
  })

  test('a command that needs it names the package to install', async () => {
    const args = ['list', '--jobs', 'src/jobs.ts', '--provider', provider]
    const { exitCode, stderr } = await runCommand(args, project.folder, environment)
    expect(exitCode).toBe(2)
    expect(stderr).toMatch(
      /^error: .* Install it: `npm install @cgk-platform\/jobs-\w+`\. \(provider_not_installed\)\n$/,
    )
  })
})
