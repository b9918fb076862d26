import assert from 'node:assert/strict'
import { cpSync, rmSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'

import { whileOnInngest, whileOnTrigger } from '../../check-packages/check-lean.ts'
import { enginePackages } from '../../check-packages/consumer.ts'
import { execute } from '../../check-packages/execute.ts'
import { consumers } from '../consumers.ts'
import { installIn } from '../install.ts'
import { startNext } from '../next-server.ts'
import type { Finding } from '../row.ts'
import type { InstallChecks } from '../install-checks.ts'
import { checkVendors, type Vendor, vendorFilesIn } from '../vendors.ts'
import { versionIn } from '../versions.ts'

interface NextApp {
  readonly folder: 'local' | 'inngest' | 'trigger'
  /** The module that the app imports. */
  readonly binding: string
}

const apps: readonly NextApp[] = [
  { folder: 'local', binding: '@cgk-platform/jobs, engine chosen at run time' },
  { folder: 'inngest', binding: '@cgk-platform/jobs/inngest' },
  { folder: 'trigger', binding: '@cgk-platform/jobs-trigger' },
]
const builds = { Turbopack: '--turbopack', webpack: '--webpack' }
const thanks = ['completed', 'Thanks for order_1']

/** Checks that Next.js builds an app on each engine with each bundler, and that the routes send jobs that run. */
export async function checkNext(checks: InstallChecks): Promise<void> {
  let installed: Promise<string> | undefined
  for (const [bundler, flag] of Object.entries(builds)) {
    for (const { folder, binding } of apps) {
      await checks.check('Next.js', `${bundler}: ${binding}`, async (): Promise<Finding> => {
        const root = await (installed ??= install(checks))
        const cwd = join(root, folder)
        const env = { NEXT_DIST_DIR: `.next-${bundler.toLowerCase()}`, NODE_ENV: 'production' }
        const printed = await build(root, cwd, flag, env)
        if (/@cgk-platform/.test(printed)) throw new Error(printed)
        const detail = checkSdkCode(join(cwd, env.NEXT_DIST_DIR, 'server'), folder)
        await run(checks, folder, cwd, env)
        return { detail: `no warnings, jobs run, ${detail}` }
      })
    }
  }
  for (const [bundler, flag] of Object.entries(builds)) {
    await checks.check(
      'Next.js',
      `${bundler}: @cgk-platform/jobs with no engine package`,
      async (): Promise<Finding> => {
        const root = await (installed ??= install(checks))
        for (const name of Object.values(enginePackages))
          rmSync(join(root, 'node_modules', name), { recursive: true, force: true })
        const cwd = join(root, 'local')
        const env = { NEXT_DIST_DIR: `.next-alone-${bundler.toLowerCase()}`, NODE_ENV: 'production' }
        await build(root, cwd, flag, env)
        checkVendors(join(cwd, env.NEXT_DIST_DIR, 'server'), undefined)
        const { url, close } = await startNext(cwd, env)
        try {
          assert.deepEqual(await post(`${url}/jobs`), thanks)
          assert.equal(await post(`${url}/opened`), 'provider_not_installed')
        } finally {
          await close()
        }
        return { detail: 'jobs run on local, another engine throws `provider_not_installed`' }
      },
    )
  }
}

/** Builds an app. Returns the output of `next build`. */
function build(root: string, cwd: string, flag: string, env: Record<string, string>): Promise<string> {
  return execute(process.execPath, [join(root, 'node_modules/next/dist/bin/next'), 'build', flag], { cwd, env })
}

async function post(url: string): Promise<unknown> {
  const response = await fetch(url, { method: 'POST' })
  const text = await response.text()
  return response.ok ? JSON.parse(text) : text
}

/**
 * Checks that the app contains no SDK of another vendor. If the app selects its engine at run time, deletes both SDKs.
 */
function checkSdkCode(server: string, folder: NextApp['folder']): string {
  if (folder !== 'local') {
    checkVendors(server, folder satisfies Vendor)
    return "no other vendor's code"
  }
  const { inngest, trigger } = vendorFilesIn(server)
  for (const file of new Set([...inngest, ...trigger])) rmSync(file)
  return 'on local, without the separate files of the SDKs'
}

async function run(
  checks: InstallChecks,
  folder: NextApp['folder'],
  cwd: string,
  env: Record<string, string>,
): Promise<void> {
  const request = async (
    variables: Readonly<Record<string, string>>,
    before?: (url: string) => Promise<unknown>,
  ): Promise<unknown> => {
    const { url, close } = await startNext(cwd, { ...env, ...variables })
    try {
      await before?.(url)
      return await post(`${url}/jobs`)
    } finally {
      await close()
    }
  }
  if (folder === 'local') assert.deepEqual(await request({}), thanks)
  else if (folder === 'inngest') {
    await whileOnInngest(async (variables, engine) => {
      const found = await request(variables, (url) => engine.sync(`${url}/api/inngest`))
      assert.deepEqual(found, thanks)
    })
  } else {
    const worker = await checks.app('trigger', 'npm')
    await whileOnTrigger(process.execPath, worker.cwd, async (variables) => {
      assert.deepEqual(await request(variables), ['completed', { label: 'tenant_1/p1', kilograms: 1.5 }])
    })
  }
}

/** Installs all apps with one `node_modules`. Returns their folder. */
async function install(checks: InstallChecks): Promise<string> {
  const root = join(checks.folder, 'next')
  cpSync(join(import.meta.dirname, '../apps/next'), root, { recursive: true })
  for (const { folder } of apps) {
    cpSync(join(root, 'next.config.ts'), join(root, folder, 'next.config.ts'))
    cpSync(join(root, 'layout.tsx'), join(root, folder, 'app/layout.tsx'))
  }
  const own = ['@cgk-platform/jobs', ...Object.values(enginePackages)].map((name) => [
    name,
    checks.registry.versionOf(name),
  ])
  const ofNext = ['next', 'react', 'react-dom', '@types/react'].map((name) => [
    name,
    versionIn('examples/next-inngest', name),
  ])
  const manifest = {
    name: 'next-apps',
    private: true,
    type: 'module',
    dependencies: {
      ...Object.fromEntries([...own, ...ofNext]),
      ...consumers.inngest.dependencies,
      ...consumers.trigger.dependencies,
    },
    devDependencies: { '@types/node': versionIn('.', '@types/node'), typescript: consumers.inngest.oldestTypeScript },
  }
  writeFileSync(join(root, 'package.json'), JSON.stringify(manifest))
  await installIn('npm', root, checks.registry)
  return root
}
