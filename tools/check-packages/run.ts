// Tests the packages as users get them: packs, inspects and installs them outside the workspace.
import assert from 'node:assert/strict'
import { mkdtempSync, readdirSync, readFileSync, rmSync } from 'node:fs'
import { availableParallelism, tmpdir } from 'node:os'
import { join } from 'node:path'

import { bundlers } from '../check-install/bundle.ts'
import { checkLean, leanApps } from './check-lean.ts'
import { checkManifest } from './check-manifest.ts'
import { checkSnippets } from './check-snippets.ts'
import { checkTypeCost } from './check-type-cost.ts'
import { compile, compilerOf } from './compile.ts'
import { compilations, everyEngineConsumer, installCommandLine, installConsumer } from './consumer.ts'
import { execute } from './execute.ts'
import { findNodes } from './nodes.ts'
import { checkContents, checkDeclarations, checkWithAttw, checkWithPublint, packPackages } from './tarballs.ts'

const repository = join(import.meta.dirname, '../..')
const folder = mkdtempSync(join(tmpdir(), 'check-packages-'))
const count = { passed: 0, failed: 0 }

/** Runs a check and prints its line of the table. A failure does not stop the other checks. */
async function check(title: string, work: () => Promise<unknown>): Promise<void> {
  const startedAt = performance.now()
  const problem = await work().then(
    () => undefined,
    (error: Error) => error.message,
  )
  const seconds = ((performance.now() - startedAt) / 1000).toFixed(1).padStart(5)
  count[problem === undefined ? 'passed' : 'failed']++
  console.log(`${problem === undefined ? 'passed' : 'FAILED'} ${seconds} s  ${title}`)
  if (problem !== undefined) console.error(problem)
}

const tarballs = await packPackages(repository, folder)
const nodes = await findNodes(join(repository, 'node_modules/.cache'))
// The oldest and the newest version. `./dev check-install` tests all of them.
const oldestAndNewest = [...new Set([nodes[0]!, nodes.at(-1)!])]
const isAtNight = process.argv[2] === 'npm'
const chosen = isAtNight ? compilations.all : compilations.ofEachChange

async function checkTarballs(): Promise<void> {
  await check('sizes', () => execute('size-limit', [], { cwd: repository }))
  for (const tarball of tarballs) {
    await check(`${tarball.name}: contents`, () => checkContents(tarball))
    await check(`${tarball.name}: package.json`, () => checkManifest(tarball))
    await check(`${tarball.name}: imports of declarations`, () => checkDeclarations(tarball))
    await check(`${tarball.name}: publint`, () => checkWithPublint(tarball))
    await check(`${tarball.name}: are the types wrong`, () => checkWithAttw(tarball))
  }
}

// In its own folder, outside of the app, as with npx.
const commandFolder = join(folder, 'command')
const command = join(commandFolder, 'node_modules/.bin/cgk-jobs')

async function checkFacade(client: 'npm' | 'pnpm'): Promise<void> {
  const cwd = join(folder, client)
  const { oldestTypeScript } = everyEngineConsumer
  await check(`installed by ${client}`, () => installConsumer(everyEngineConsumer, client, cwd, tarballs))
  for (const { resolution, compiler } of chosen) {
    const version = compiler === 'newest' ? 'newest TypeScript' : `TypeScript ${oldestTypeScript}`
    await check(`${client}: types, ${resolution}, ${version}`, () =>
      compile(compilerOf(compiler, cwd), `tsconfig.app.${resolution}.json`, { cwd }),
    )
    if (compiler === 'newest') continue
    for (const [vendor, name] of Object.entries({ Inngest: 'on-inngest', 'Trigger.dev': 'on-trigger' })) {
      await check(`${client}: types of the ${vendor} host, ${resolution}`, () =>
        compile('tsc', `tsconfig.${name}.${resolution}.json`, { cwd, thirdPartyErrors: 'ignored' }),
      )
    }
  }
  if (isAtNight) {
    const title = `snippets of the documents, TypeScript ${oldestTypeScript}`
    await check(title, () => checkSnippets(compilerOf('oldest', cwd), cwd))
  } else {
    await check('compiler work for 1,000 events and 200 definitions', () => checkTypeCost(cwd))
    await checkBundle(cwd)
  }
  for (const { version, program } of nodes) {
    await check(`${client}: runs on Node ${version}`, () => execute(program, ['compiled/program.js'], { cwd }))
    const required = `if (typeof require('@cgk-platform/jobs').defineJob !== 'function') process.exit(1)`
    await check(`${client}: require on Node ${version}`, () =>
      execute(program, ['--input-type=commonjs', '-e', required], { cwd }),
    )
    await check(`${client}: the command on Node ${version}`, () => execute(program, [command, 'doctor'], { cwd }))
  }
}

/**
 * A program that awaits an engine at its top level hangs if the module of an engine imports the file of the program.
 * Vite puts core's index into that file.
 */
async function checkBundle(cwd: string): Promise<void> {
  const bundle = join(cwd, 'by-vite')
  await check('bundled by Vite for SSR: the module of no engine imports the program', async () => {
    await bundlers['Vite, SSR']!(join(cwd, 'compiled/program.js'), bundle)
    const chunks = readdirSync(join(bundle, 'assets')).map((name) => join(bundle, 'assets', name))
    const importing = chunks.filter((path) => readFileSync(path, 'utf8').includes('"../program.js"'))
    assert.deepEqual([chunks.length > 0, importing], [true, []])
  })
  await check('bundled by Vite for SSR: runs', () => execute(process.execPath, ['by-vite/program.js'], { cwd }))
}

await check('the command: installed by npm', () => installCommandLine(commandFolder, tarballs))
const leanParts = Object.entries(leanApps).map(([title, app], index) => () => {
  const cwd = join(folder, `lean-${index}`)
  // A worker of Trigger.dev takes long to start, and other tests run it on the present Node.
  const isOnOldest = !isAtNight && app === leanApps['lean, Trigger.dev']
  const tested = isOnOldest ? oldestAndNewest.slice(0, 1) : oldestAndNewest
  return checkLean(title, app, { cwd, tarballs, nodes: tested, compilations: chosen, check })
})
// At night, npm also installs what pnpm does for each change, and all apps are compiled in every combination.
const parts = isAtNight
  ? [() => checkFacade('npm'), ...leanParts]
  : [() => checkFacade('pnpm'), ...leanParts, checkTarballs]
const takeParts = async (): Promise<void> => {
  for (let part = parts.shift(); part; part = parts.shift()) await part()
}
await Promise.all(Array.from({ length: availableParallelism() }, takeParts))

rmSync(folder, { recursive: true })
console.log(`${count.passed} passed, ${count.failed} failed`)
if (count.failed > 0) process.exit(1)
