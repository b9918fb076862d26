import { mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { dirname, join } from 'node:path'
import { describe, expect, onTestFinished, test } from 'vitest'

import { type Framework, frameworks } from './app/app.ts'
import { engineNames } from './app/engine-of.ts'
import { type InitOptions, runInit } from './run-init.ts'

/** Creates an app in a temporary folder, or in a folder of it. */
function openApp(files: Record<string, string> = {}, folder = '.') {
  const root = mkdtempSync(join(tmpdir(), 'init-'))
  onTestFinished(() => rmSync(root, { recursive: true }))
  const write = (path: string, contents: string): void => {
    mkdirSync(dirname(join(root, path)), { recursive: true })
    writeFileSync(join(root, path), contents)
  }
  for (const [path, contents] of Object.entries({ 'package.json': '{\n  "name": "app"\n}\n', ...files }))
    write(path, contents)
  return {
    write,
    contents(): Record<string, string> {
      const found = readdirSync(root, { recursive: true, withFileTypes: true }).filter((entry) => entry.isFile())
      const paths = found.map(({ parentPath, name }) => join(parentPath, name).slice(root.length + 1))
      return Object.fromEntries(paths.map((path) => [path, readFileSync(join(root, path), 'utf8')]))
    },
    async init(options: Omit<InitOptions, 'cwd'>): Promise<{ exitCode: number; printed: string }> {
      const lines: string[] = []
      const terminal = { print: (text: string) => void lines.push(text), isInteractive: false }
      const exitCode = await runInit({ cwd: join(root, folder), ...options }, terminal)
      return { exitCode, printed: lines.join('\n') }
    },
  }
}

const combinations = frameworks.flatMap((framework) =>
  engineNames.flatMap((provider) =>
    ['tsconfig.json', 'jsconfig.json'].map((config): [Framework, string, string] => [framework, provider, config]),
  ),
)

test.each(combinations)(
  '%s on %s, with a %s: changes nothing on a second call',
  async (framework, provider, config) => {
    const app = openApp({ [config]: '{}', '.gitignore': 'node_modules\n' })
    const first = await app.init({ framework, provider, yes: true })
    expect(first).toMatchObject({ exitCode: 0, printed: expect.stringContaining('Written.') })
    const before = app.contents()
    const second = await app.init({ framework, provider, yes: true })
    expect(second).toMatchObject({ exitCode: 0, printed: expect.stringContaining('Nothing to write') })
    expect(app.contents()).toEqual(before)
  },
)

test.each(combinations)(
  '%s on %s, with a %s: leaves existing files unchanged and lists them',
  async (framework, provider, config) => {
    const model = openApp({ [config]: '{}' })
    await model.init({ framework, provider, yes: true })
    const written = Object.keys(model.contents()).filter((path) => !/\.json$|^\.env|^\.gitignore/.test(path))
    expect(written.length).toBeGreaterThan(2)

    const mine = '// Mine, of @cgk-platform/jobs.\n'
    const app = openApp({ [config]: '{}', ...Object.fromEntries(written.map((path) => [path, mine])) })
    const { printed } = await app.init({ framework, provider, yes: true })
    const after = app.contents()
    for (const path of written) {
      expect(after[path]).toBe(mine)
      expect(printed).toMatch(new RegExp(`= ${path.replaceAll('.', '\\.')} +exists, unchanged`))
    }
  },
)

test('preserves existing scripts, variables and ignored files', async () => {
  const app = openApp({
    'package.json': '{\n  "scripts": { "jobs:send": "mine" }\n}\n',
    '.env': 'JOB_PROVIDER=local',
    '.gitignore': '.env\n',
  })
  const { printed } = await app.init({ provider: 'inngest', yes: true })
  const after = app.contents()
  expect(JSON.parse(after['package.json']!)).toMatchObject({ scripts: { 'jobs:send': 'mine' } })
  expect(after['.env']).toMatch(/^JOB_PROVIDER=local\n/)
  expect(after['.env']).toContain('\nINNGEST_DEV=1\n')
  expect(after['.gitignore']).toBe('.env\n')
  expect(printed).toContain('`JOB_PROVIDER=local` in .env')
  expect(printed).toContain('set it to `inngest`')
  expect(printed).toContain('this engine needs `node')
})

describe('a `.gitignore`', () => {
  test.each(['.env', '/.env', '.env*', '*.env', '.env\r\nnode_modules/', '.*'])(
    'that ignores the variables file stays unchanged: %j',
    async (ignored) => {
      const app = openApp({ '.gitignore': ignored })
      await app.init({ provider: 'inngest', yes: true })
      expect(app.contents()['.gitignore']).toBe(ignored)
    },
  )

  test.each(['', '.env.*', '.env*.local', '*.local', '.env.local', '.env*\n!.env', 'env'])(
    'that does not ignore it gets the file with the secret key added: %j',
    async (ignored) => {
      const app = openApp({ '.gitignore': ignored })
      await app.init({ provider: 'trigger.dev', yes: true })
      const { '.gitignore': text = '' } = app.contents()
      const lines = text.split('\n').filter((line) => line !== '')
      expect(lines.slice(-2)).toEqual(['.env', '.trigger/'])
    },
  )

  test('from the Next.js starter already covers `.env.local`', async () => {
    const app = openApp({ '.gitignore': '.env*.local\n' })
    await app.init({ framework: 'next', provider: 'inngest', yes: true })
    expect(app.contents()['.gitignore']).toBe('.env*.local\n')
  })

  test('is written if there is none, before `.env` can be committed', async () => {
    const app = openApp()
    const { printed } = await app.init({ provider: 'trigger.dev', yes: true })
    expect(app.contents()['.gitignore']).toBe('.env\n.trigger/\n')
    expect(printed).toMatch(/\+ \.gitignore +new\n {4}\.env\n/)
  })

  test.each<[what: string, files: Record<string, string>, text: string | undefined]>([
    ['above the app in its repository covers it', { '.git/HEAD': '', '.gitignore': '.env\n.trigger/\n' }, undefined],
    ['above the app covers a part', { '.git/HEAD': '', '.gitignore': '.env*\n' }, '.trigger/\n'],
    ['outside a repository does not count', { '.gitignore': '.env\n.trigger/\n' }, '.env\n.trigger/\n'],
  ])('%s', async (_what, files, text) => {
    const app = openApp({ ...files, 'packages/app/package.json': '{}' }, 'packages/app')
    await app.init({ provider: 'trigger.dev', yes: true })
    expect(app.contents()['packages/app/.gitignore']).toBe(text)
  })

  test('gets the file of the local engine and the files that SQLite adds', async () => {
    const app = openApp({ '.gitignore': '.env\n' })
    await app.init({ provider: 'local', yes: true })
    expect(app.contents()['.gitignore']).toBe('.env\njobs.db*\n')
  })
})

test('writes `background-jobs` if an unrelated `jobs` module exists', async () => {
  const app = openApp({ 'jobs.mjs': 'export const openings = []\n' })
  await app.init({ provider: 'local', yes: true })
  const after = app.contents()
  expect(after['jobs.mjs']).toBe('export const openings = []\n')
  expect(after['background-jobs.mjs']).toContain('defineJob')
  expect(after['jobs-send.mjs']).toContain(`'./background-jobs.mjs'`)
})

test.each([
  ['trigger.dev', 'trigger.config.ts'],
  ['local', 'jobs-worker.cjs'],
] as const)('on %s, does not add a second file next to `%s`', async (provider, path) => {
  const app = openApp({ [path]: '' })
  const { printed } = await app.init({ provider, yes: true })
  const name = path.replace(/\.\w+$/, '')
  expect(Object.keys(app.contents()).filter((file) => file.startsWith(name))).toEqual([path])
  expect(printed).toMatch(new RegExp(`= ${path} +exists, unchanged`))
})

test('lists files that only another engine needed', async () => {
  const app = openApp({ 'tsconfig.json': '{}', '.gitignore': '' })
  await app.init({ framework: 'next', provider: 'local', yes: true })
  const { printed } = await app.init({ framework: 'next', provider: 'inngest', yes: true })
  const named = [...printed.matchAll(/^! `(.+)` is for `local`: delete it/gm)].map(([, path]) => path)
  expect(named).toEqual(['instrumentation.ts', 'jobs-host.ts'])
})

test.each([
  ['next dev', 3000],
  ['next dev --turbopack -p 4000', 4000],
  ['next dev --port=4000', 4000],
  ['PORT=4000 next dev', 4000],
])('in Next.js, the scripts call the port of `dev`: %s', async (dev, port) => {
  const app = openApp({ 'package.json': JSON.stringify({ scripts: { dev } }) })
  await app.init({ framework: 'next', provider: 'inngest', yes: true })
  const { scripts } = JSON.parse(app.contents()['package.json']!) as { scripts: Record<string, string> }
  expect(scripts['jobs:send']).toContain(`http://localhost:${port}/api/jobs`)
  expect(scripts['jobs:dev']).toContain(`http://localhost:${port}/api/inngest`)
})

test('a dry run shows all changes and writes nothing', async () => {
  const app = openApp()
  const before = app.contents()
  const { exitCode, printed } = await app.init({ provider: 'trigger.dev', dryRun: true })
  expect(exitCode).toBe(0)
  for (const what of ['trigger.config.mjs', 'trigger/tasks.mjs', 'jobs:send: node', 'TRIGGER_SECRET_KEY='])
    expect(printed).toContain(what)
  expect(app.contents()).toEqual(before)
})

test.each([
  [{}, /--provider.*--yes/],
  [{ provider: 'local' }, /Add `--yes`/],
  [{ yes: true }, /Add `--provider/],
] as const)('without a terminal, rejects %j and writes nothing', async (options, message) => {
  const app = openApp()
  const before = app.contents()
  await expect(app.init(options)).rejects.toMatchObject({
    code: 'missing_flags',
    message: expect.stringMatching(message) as string,
  })
  expect(app.contents()).toEqual(before)
})

test('the next steps install missing packages with the package manager of the app', async () => {
  const app = openApp({
    'package.json': JSON.stringify({
      type: 'module',
      dependencies: { hono: '4', inngest: '4' },
      packageManager: 'pnpm@11.0.0',
    }),
    'tsconfig.json': '{}',
  })
  const { printed } = await app.init({ provider: 'inngest', yes: true })
  expect(printed).toContain(
    'pnpm add @cgk-platform/jobs @cgk-platform/jobs-inngest @hono/node-server\n  pnpm add -D tsx @types/node\n',
  )
  expect(printed).toMatch(/pnpm run jobs:dev +# .*\n +pnpm run jobs:worker +# .*\n +pnpm run jobs:send/)
})

test.each([
  ['next', '.env.local'],
  ['node', '.env'],
] as const)('in %s, the script `jobs:doctor` reads `%s` and is in the next steps', async (framework, file) => {
  const app = openApp({ 'package.json': '{}', 'package-lock.json': '{}' })
  const { printed } = await app.init({ framework, provider: 'local', yes: true })
  const { scripts } = JSON.parse(app.contents()['package.json']!) as { scripts: Record<string, string> }
  expect(scripts['jobs:doctor']).toBe(`npx --yes @cgk-platform/jobs-cli doctor --env-file ${file}`)
  expect(printed.split('Next:')[1]).toMatch(/`\w+ run jobs:doctor`/)
})

test('for Trigger.dev, explains how to run without an account and adds its variable', async () => {
  const app = openApp()
  const { printed } = await app.init({ provider: 'trigger.dev', yes: true })
  expect(printed).toMatch(/Without an account: run `\.\/dev trigger-offline \//)
  expect(app.contents()['.env']).toContain('\n# TRIGGER_API_URL=http://127.0.0.1:8031\n')
})
