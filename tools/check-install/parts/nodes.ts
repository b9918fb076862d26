import { readFileSync } from 'node:fs'
import { join } from 'node:path'

import { execute } from '../../check-packages/execute.ts'
import { checkOpened, consumerNames, consumers, facadeNames, runProgram, titleOf } from '../consumers.ts'
import type { Trial } from '../trial.ts'

/** On every supported Node, every face is imported and required, and jobs run. */
export async function checkNodes(trial: Trial): Promise<void> {
  for (const { version, program } of trial.nodes) {
    for (const name of consumerNames) {
      const { installs } = consumers[name]
      await trial.check('Nodes', `${version}: ${installs}`, async () => {
        // With every engine's package, since some faces of the facade are those of an engine.
        const { cwd } = await trial.app(name === 'facade' ? 'hosted' : name, 'npm')
        const faces = facesOf(installs, cwd)
        const imports = faces.map((face) => `if (Object.keys(await import('${face}')).length === 0) process.exit(1)`)
        await execute(program, ['--input-type=module', '-e', imports.join('\n')], { cwd })
        const requires = faces.map((face) => `if (Object.keys(require('${face}')).length === 0) process.exit(1)`)
        await execute(program, ['--input-type=commonjs', '-e', requires.join('\n')], { cwd })
        await runProgram(name, program, cwd)
        return { detail: `import and require of ${faces.length} entry point${faces.length === 1 ? '' : 's'}, jobs run` }
      })
    }
    for (const name of facadeNames) {
      await trial.check('Nodes', `${version}: ${titleOf(name)}`, async () => {
        const { cwd } = await trial.app(name, 'npm')
        return { detail: await checkOpened(name, program, cwd) }
      })
    }
    await trial.check('Nodes', `${version}: the file of the local engine`, async () => {
      const { cwd } = await trial.app('local', 'npm')
      const stdout = await execute(program, ['--no-warnings', '--input-type=module', '-e', onFile], { cwd })
      const said = stdout.trim()
      const [major = 0] = version.split('.').map(Number)
      if (said !== (major < 22 ? 'no node:sqlite, Use Node 22.13 or later' : 'completed')) throw new Error(said)
      return { detail: major < 22 ? 'refused, naming the Node that it needs' : 'a job run from it' }
    })
  }
}

/** Runs a job of a file, or prints why that is refused. */
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

/** What of a package can be imported, as its installed `package.json` says. */
function facesOf(name: string, cwd: string): string[] {
  const path = join(cwd, 'node_modules', name, 'package.json')
  const { exports } = JSON.parse(readFileSync(path, 'utf8')) as { exports: Record<string, unknown> }
  return Object.keys(exports).flatMap((subpath) => (subpath === './package.json' ? [] : `${name}${subpath.slice(1)}`))
}
