import { readFileSync } from 'node:fs'
import { join } from 'node:path'

import { execute } from '../../check-packages/execute.ts'
import { checkOpened, consumerNames, consumers, facadeNames, runProgram, titleOf } from '../consumers.ts'
import type { InstallChecks } from '../install-checks.ts'

/** Checks on every supported version of Node that each entry point can be imported and required, and that jobs run. */
export async function checkNodes(checks: InstallChecks): Promise<void> {
  for (const { version, program } of checks.nodes) {
    for (const name of consumerNames) {
      const { installs } = consumers[name]
      await checks.check('Node versions', `${version}: ${installs}`, async () => {
        // With the packages of all engines, because some entry points of the facade re-export them.
        const { cwd } = await checks.app(name === 'facade' ? 'hosted' : name, 'npm')
        const entryPoints = entryPointsOf(installs, cwd)
        const imports = entryPoints.map((entry) => loads(entry, `await import('${entry}')`))
        await execute(program, ['--input-type=module', '-e', imports.join('\n')], { cwd })
        const requires = entryPoints.map((entry) => loads(entry, `require('${entry}')`))
        await execute(program, ['--input-type=commonjs', '-e', requires.join('\n')], { cwd })
        await runProgram(name, program, cwd)
        return {
          detail: `import and require of ${entryPoints.length} entry point${entryPoints.length === 1 ? '' : 's'}, jobs run`,
        }
      })
    }
    for (const name of facadeNames) {
      await checks.check('Node versions', `${version}: ${titleOf(name)}`, async () => {
        const { cwd } = await checks.app(name, 'npm')
        return { detail: await checkOpened(name, program, cwd) }
      })
    }
    await checks.check('Node versions', `${version}: the local engine on a file`, async () => {
      const { cwd } = await checks.app('local', 'npm')
      const stdout = await execute(program, ['--no-warnings', '--input-type=module', '-e', onFile], { cwd })
      const printed = stdout.trim()
      const [major = 0] = version.split('.').map(Number)
      if (printed !== (major < 22 ? 'no node:sqlite, Use Node 22.13 or later' : 'completed')) throw new Error(printed)
      return { detail: major < 22 ? 'throws, and names the required version of Node' : 'runs a job' }
    })
  }
}

/** Runs a job from a file, or prints the error. */
const onFile = `
  import { createJobClient, defineEvents, defineJob, eventType } from '@cgk-platform/jobs-local'
  defineEvents({ 'thing.done': eventType() })
  const job = defineJob({ id: 'note', event: 'thing.done', handler: () => undefined })
  const client = createJobClient({ provider: 'local', config: { store: 'sqlite', path: \`jobs-\${process.version}.db\` }, jobs: [job] })
  try {
    const { id } = await client.sendJob('thing.done', { tenantId: 'acme' })
    console.log((await client.waitForJob(id)).state)
  } catch ({ problem, message }) {
    console.log([problem, /Use Node .* or later/.exec(message)?.[0]].join(', '))
  }
  await client.close()
`

/** Returns code that fails unless the entry point exports something. `/inspect` has only types. */
function loads(entry: string, load: string): string {
  return entry.endsWith('/inspect') ? load : `if (Object.keys(${load}).length === 0) process.exit(1)`
}

/** Returns the entry points of an installed package, from its `package.json`. */
function entryPointsOf(name: string, cwd: string): string[] {
  const path = join(cwd, 'node_modules', name, 'package.json')
  const { exports } = JSON.parse(readFileSync(path, 'utf8')) as { exports: Record<string, unknown> }
  return Object.keys(exports).flatMap((subpath) => (subpath === './package.json' ? [] : `${name}${subpath.slice(1)}`))
}
