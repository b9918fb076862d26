import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { runCommand } from '@cgk-platform/test-kit/run-command'
import { expect, onTestFinished, test } from 'vitest'

import { runDoctorIn } from './run-doctor-in.ts'

interface Manifest {
  readonly version: string
  readonly dependencies?: Readonly<Record<string, string>>
  readonly engines?: Readonly<Record<string, string>>
}

/** Creates an app with these packages in its `node_modules`. */
function installed(packages: Readonly<Record<string, Manifest>>): string {
  const folder = mkdtempSync(join(tmpdir(), 'versions-'))
  onTestFinished(() => rmSync(folder, { recursive: true }))
  for (const [path, manifest] of Object.entries(packages)) {
    const place = join(folder, 'node_modules', path)
    mkdirSync(place, { recursive: true })
    writeFileSync(join(place, 'package.json'), JSON.stringify(manifest))
  }
  return folder
}

const { stdout } = await runCommand(['--version'], import.meta.dirname)
const version = stdout.trim()
const onInngest = { version, dependencies: { inngest: '^4.24.0' } }
const onTrigger = { version, dependencies: { '@trigger.dev/sdk': '^4.8.3' } }

/** Returns the findings about versions. The apps have no jobs and no reachable engine. */
async function findingsIn(folder: string, provider = 'local'): Promise<string[]> {
  const run = await runDoctorIn(folder, { JOB_PROVIDER: provider, TRIGGER_SECRET_KEY: 'tr_dev_1' })
  return run.report.findings
    .filter(({ check, status }) => check === 'versions' && status !== 'ok')
    .map(({ status, message, remedy }) => `${status}: ${message} ${remedy}`)
}

test.each<[what: string, packages: Record<string, Manifest>, finding: string]>([
  [
    'nothing is installed',
    {},
    "warning: no package of `@cgk-platform/jobs` is installed here Run this in the app's folder, or install `@cgk-platform/jobs`.",
  ],
  [
    'packages of this library have different versions',
    { '@cgk-platform/jobs-local': { version: '1.2.0' }, '@cgk-platform/jobs-core': { version: '1.1.0' } },
    'problem: the packages of `@cgk-platform/jobs` have different versions: `@cgk-platform/jobs-core` 1.1.0, `@cgk-platform/jobs-local` 1.2.0 ' +
      'Install the same version of all of them.',
  ],
  [
    'the command and the app have different versions',
    { '@cgk-platform/jobs': { version: '99.0.0' } },
    `warning: this command is ${version}, but the app has 99.0.0 Run \`npx @cgk-platform/jobs-cli@99.0.0 doctor\`.`,
  ],
  [
    'the core is installed twice',
    {
      '@cgk-platform/jobs-core': { version },
      '@cgk-platform/jobs-local': { version },
      '@cgk-platform/jobs-local/node_modules/@cgk-platform/jobs-core': { version },
    },
    'warning: `@cgk-platform/jobs-core` is installed 2 times: node_modules/@cgk-platform/jobs-core and ' +
      'node_modules/@cgk-platform/jobs-local/node_modules/@cgk-platform/jobs-core ' +
      'Deduplicate them: they share jobs, but `instanceof` fails between them.',
  ],
  [
    'this Node is too old',
    { '@cgk-platform/jobs': { version, engines: { node: '>=99' } } },
    `problem: this is Node ${process.versions.node}, but \`@cgk-platform/jobs\` ${version} needs >=99 Install a Node version in that range.`,
  ],
  [
    'the SDK of an unused engine is out of range',
    { '@cgk-platform/jobs-inngest': onInngest, inngest: { version: '3.40.1' } },
    'warning: `inngest` is 3.40.1, but this library supports ^4.24.0 Run `npm install inngest@^4.24.0`.',
  ],
])('reports that %s', async (_what, packages, finding) => {
  expect(await findingsIn(installed(packages))).toEqual([finding])
})

test('reports an SDK out of range and a CLI of another version for the chosen engine', async () => {
  const packages = {
    '@cgk-platform/jobs-trigger': onTrigger,
    '@trigger.dev/sdk': { version: '4.0.0' },
    'trigger.dev': { version: '4.8.3' },
  }
  expect(await findingsIn(installed(packages), 'trigger.dev')).toEqual([
    'problem: `@trigger.dev/sdk` is 4.0.0, but this library supports ^4.8.3 ' +
      'Run `npm install @trigger.dev/sdk@^4.8.3`.',
    'problem: `trigger.dev` is 4.8.3, but `@trigger.dev/sdk` is 4.0.0; Trigger.dev requires the same version ' +
      'Run `npm install --save-exact trigger.dev@4.8.3 @trigger.dev/sdk@4.8.3`.',
  ])
})

test('reports a package that scripts of `init` import and that is not installed', async () => {
  const folder = installed({ '@cgk-platform/jobs': { version } })
  const program = 'node --env-file-if-exists=.env --import tsx/esm'
  const scripts = { 'jobs:worker': `${program} jobs-worker.ts`, 'jobs:send': `${program} jobs-send.ts`, start: program }
  writeFileSync(join(folder, 'package.json'), JSON.stringify({ scripts }))
  expect(await findingsIn(folder)).toEqual([
    'problem: the scripts `jobs:worker` and `jobs:send` need `tsx`, which is not installed Run `npm install -D tsx`.',
  ])
  mkdirSync(join(folder, 'node_modules/tsx'))
  writeFileSync(join(folder, 'node_modules/tsx/package.json'), JSON.stringify({ version: '4.23.15' }))
  expect(await findingsIn(folder)).toEqual([])
})

test('lists compatible packages in one line', async () => {
  const folder = installed({
    '@cgk-platform/jobs-core': { version },
    '@cgk-platform/jobs-trigger': onTrigger,
    '@trigger.dev/sdk': { version: '4.9.0' },
    'trigger.dev': { version: '4.9.0' },
    'inngest-cli': { version: '1.16.0' },
  })
  const { report } = await runDoctorIn(folder, { JOB_PROVIDER: 'local' })
  expect(report.findings.filter(({ check }) => check === 'versions')).toEqual([
    {
      check: 'versions',
      status: 'ok',
      message: `Node ${process.versions.node}, @cgk-platform/jobs ${version}, @trigger.dev/sdk 4.9.0, trigger.dev 4.9.0, inngest-cli 1.16.0`,
    },
  ])
})
