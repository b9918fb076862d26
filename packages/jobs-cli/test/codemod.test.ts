import { rmSync } from 'node:fs'
import { runCommand } from '@cgk-platform/test-kit/run-command'
import { afterAll, beforeAll, describe, expect, onTestFinished, test } from 'vitest'

import { type CodeBase, git, openCodeBase } from './codemod/open-code-base.ts'

const task = `import { task } from '@trigger.dev/sdk'

export const greet = task({
  id: 'greet',
  run: async (payload: { tenantId: string }) => payload.tenantId,
})
`

function open(files: Record<string, string>): CodeBase {
  const app = openCodeBase(files)
  onTestFinished(() => app.remove())
  return app
}

describe('the command', () => {
  const command = (app: CodeBase, ...args: string[]) => runCommand(['codemod', 'trigger', ...args], app.folder)

  test('converts a folder in a clean Git repository and prints the report', async () => {
    const app = open({ 'src/greet.ts': task })
    git(app.folder, 'init', '--quiet')
    git(app.folder, 'add', '.')
    git(app.folder, 'commit', '--quiet', '-m', 'first')
    const { exitCode, stdout, stderr } = await command(app, 'src')
    expect({ exitCode, stderr }).toEqual({ exitCode: 0, stderr: '' })
    expect(stdout).toMatch(/^Changed: 1 task in 1 file\n {2}src\/greet\.ts: `greet` \(task\)\n\nNext: /)
    expect(app.contents()['src/greet.ts']).toBe(`import { defineJob, eventType } from '@cgk-platform/jobs'

export const greet = defineJob({
  id: 'greet',
  payload: eventType<{ tenantId: string }>(),
  handler: async ({ payload }) => payload.tenantId,
})
`)

    const again = await command(app, 'src')
    expect(again).toMatchObject({ exitCode: 2, stdout: '' })
    expect(again.stderr).toMatch(
      /^error: Git has uncommitted changes: `src\/greet\.ts`\. Commit them first.+\(uncommitted_changes\)/,
    )
  })

  test.each<[what: string, files: Record<string, string>, args: string[], exitCode: number, message: RegExp]>([
    ['no Git repository', { 'a.ts': task }, [], 2, /not in a Git repository.+`--force`.+\(no_git\)/],
    ['no such path', { 'a.ts': task }, ['src', '--force'], 2, /`src` does not exist.+\(no_path\)/],
    [
      'nothing found',
      { 'a.ts': 'export {}' },
      ['--force'],
      1,
      /No task of `@trigger\.dev\/sdk` in 1 source file .+\(nothing_found\)/,
    ],
    [
      'a file that does not parse',
      { 'a.ts': task, 'b.ts': `${task}}` },
      ['--force'],
      1,
      /`b\.ts` does not parse, at line 7: .+\(broken_file\)/,
    ],
    [
      'an unknown option',
      { 'a.ts': task },
      ['--all'],
      2,
      /unknown option.+\nRun `npx @cgk-platform\/jobs-cli codemod trigger --help`/,
    ],
  ])('with %s, writes nothing and says why', async (_what, files, args, exitCode, message) => {
    const app = open(files)
    const before = app.contents()
    const ended = await command(app, ...args)
    expect({ exitCode: ended.exitCode, stdout: ended.stdout }).toEqual({ exitCode, stdout: '' })
    expect(ended.stderr).toMatch(message)
    expect(app.contents()).toEqual(before)
  })

  test('without its parser, says how to run it', async () => {
    const app = open({ 'a.ts': task })
    app.write(
      'hide-parser.mjs',
      `import { registerHooks } from 'node:module'
registerHooks({
  resolve: (name, context, next) => next(name, name === 'ts-morph' ? { ...context, parentURL: 'file:///nowhere/' } : context),
})`,
    )
    const environment = { NODE_OPTIONS: `--import=${app.folder}/hide-parser.mjs` }
    const { exitCode, stderr } = await runCommand(['codemod', 'trigger', '--force'], app.folder, environment)
    expect(exitCode).toBe(2)
    expect(stderr).toMatch(/needs the package `ts-morph`\. Run `npx --package=ts-morph@28 .+\(no_parser\)/)
    const doctor = await runCommand(['doctor'], app.folder, environment)
    expect(doctor.exitCode).toBe(0)
  })

  test('converts without the SDK installed', async () => {
    const app = open({ 'a.ts': task })
    rmSync(`${app.folder}/node_modules`, { recursive: true })
    expect(await command(app, '--force')).toMatchObject({
      exitCode: 0,
      stdout: expect.stringContaining('1 task in 1 file'),
    })
  })
})

/** Small tasks, each with what it becomes. They are converted together, each in its own file. */
const payload = 'payload: { tenantId: string }'
const run = `run: async (${payload}) => {}`
const definition = (rest: string): string =>
  `defineJob({ id: 'a', payload: eventType<{ tenantId: string }>(), ${rest} })`

const converted: [before: string, after: string][] = [
  ...(
    [
      [
        'retry: { maxAttempts: 3, minTimeoutInMs: 100, maxTimeoutInMs: 200, factor: 3, randomize: true }',
        'retry: { maxAttempts: 3, initialDelay: 100, maxDelay: 200, factor: 3, jitter: 0.5 }',
      ],
      ['retry: { maxAttempts: 3, randomize: false }', 'retry: { maxAttempts: 3 }'],
      ['queue: { concurrencyLimit: 1 }', 'concurrency: 1'],
      ['maxDuration: 90', `timeout: '90s'`],
      ['maxDuration: 60 + 30', 'timeout: (60 + 30) * 1000'],
      [`machine: { preset: 'small-1x' }`, `providerOptions: { 'trigger.dev': { machine: { preset: 'small-1x' } } }`],
      ['onFailure: async ({ error }) => console.log(error)', 'onFailure: async (error) => console.log(error)'],
      [
        'onFailure: ({ payload: { tenantId } }) => console.log(tenantId)',
        'onFailure: (_error, { payload: { tenantId } }) => console.log(tenantId)',
      ],
    ] as const
  ).map(([before, after]): [string, string] => [
    `task({ id: 'a', ${before}, ${run} })`,
    definition(`${after}, handler: async ({ payload }) => {}`),
  ]),
  ...(
    [
      [`run: async (${payload}) => payload`, 'handler: async ({ payload }) => payload'],
      ['run: async (data: { tenantId: string }) => data', 'handler: async ({ payload: data }) => data'],
      [
        'run: async ({ tenantId }: { tenantId: string }) => tenantId',
        'handler: async ({ payload: { tenantId } }) => tenantId',
      ],
      [
        `async run(${payload}, { ctx }) { return ctx.run.id }`,
        'async handler({ payload }, { runId }) { return runId }',
      ],
      [`run: async function (${payload}) {}`, 'handler: async function ({ payload }) {}'],
      [
        `run: async (${payload}, { ctx, signal }) => [ctx.task.id, signal]`,
        `handler: async ({ payload }, { signal }) => ['a', signal]`,
      ],
      [`run: async (${payload}) => logger.log('x')`, `handler: async ({ payload }, { logger }) => logger.info('x')`],
      [
        `run: async (${payload}) => { throw new AbortTaskRunError('x') }`,
        `handler: async ({ payload }) => { throw new NonRetryableError('x') }`,
      ],
    ] as const
  ).map(([before, after]): [string, string] => [`task({ id: 'a', ${before} })`, definition(after)]),
  ...(
    [
      [`a.trigger({ tenantId: 't' })`, `a.send({ tenantId: 't' })`],
      [
        `a.trigger({ tenantId: 't' }, { delay: '1h', maxAttempts: 2 })`,
        `a.send({ tenantId: 't' }, { delay: '1h', maxAttempts: 2 })`,
      ],
      [`a.trigger({ tenantId: 't' }, { delay: new Date(0) })`, `a.send({ tenantId: 't' }, { runAt: new Date(0) })`],
      [
        `a.trigger({ tenantId: 't' }, { tags: ['x'], maxAttempts: 2, priority: 1 })`,
        `a.send({ tenantId: 't' }, { reference: ['x'], maxAttempts: 2, priority: 1 })`,
      ],
      [`a.trigger({ tenantId: 't' }, { tags: 'x' })`, `a.send({ tenantId: 't' }, { reference: 'x' })`],
      [`a.trigger({ tenantId: 't' }, { metadata: {}, region: 'eu' })`, `a.send({ tenantId: 't' })`],
      [`a.trigger({ tenantId: 't' }).then(({ id }) => id)`, `a.send({ tenantId: 't' }).then(({ id }) => id)`],
      [`a.batchTrigger([{ payload: { tenantId: 't' } }])`, `sendJobs([{ event: a, payload: { tenantId: 't' } }])`],
    ] as const
  ).map(([before, after]): [string, string] => [
    `task({ id: 'a', ${run} })\nawait ${before}`,
    `${definition('handler: async ({ payload }) => {}')}\nawait ${after}`,
  ]),
]

// Trigger.dev restores dates, so tasks rely on them.
for (const type of ['{ tenantId: string; at: Date }', '{ tenantId: string; lines: { addedAt?: Date | null }[] }'])
  converted.push([
    `task({ id: 'a', run: async (payload: ${type}) => payload })`,
    `defineJob({ id: 'a', payload: eventType<${type}>({ dates: true }), handler: async ({ payload }) => payload })`,
  ])

const unchanged = [
  ...[
    'ttl: 60',
    'retry: defaults',
    'middleware: async () => {}',
    'unknown: 1',
    'maxDuration: limit()',
    'retry: { maxAttempts: 0 }',
    'retry: { maxTimeoutInMs: 5 }',
  ].map((option) => `task({ id: 'a', ${option}, ${run} })`),
  ...[
    `run: async (${payload}) => wait.for({ seconds: 1 })`,
    `run: async (${payload}) => logger.trace('x', async () => {})`,
    `run: async (${payload}, { ctx }) => console.log(ctx)`,
    `run: async (${payload}, params) => params.ctx.run.id`,
    'run: async (payload: { tenantId: string; at: Date; ids: Set<string> }) => payload',
    'run: async (payload: { tenantId: string; then: () => void }) => payload',
    'run: async (payload: { tenantId?: string }) => payload',
    'run: async (payload: any) => payload',
  ].map((handler) => `task({ id: 'a', ${handler} })`),
  `{ nested: task({ id: 'a', ${run} }) }`,
  ...[
    `a.trigger({ tenantId: 't' }, { delay: '1h30m' })`,
    `a.trigger({ tenantId: 't' }, { ttl: '1h' })`,
    `a.trigger({ tenantId: 't' }, { priority: 3600 })`,
    `a.trigger({ tenantId: 't' }, { concurrencyKey: 't' })`,
    `a.trigger({ tenantId: 't' }, options())`,
    `(await a.trigger({ tenantId: 't' })).publicAccessToken`,
    `a.trigger({ tenantId: 't' }).then((handle) => handle.publicAccessToken)`,
    `a.triggerAndWait({ tenantId: 't' })`,
    'a.batchTrigger(items())',
    'console.log(a)',
  ].map((send) => `task({ id: 'a', ${run} })\nawait ${send}`),
  `task({ id: 'a', ${run} })\nexport const { trigger } = a`,
]

describe('small tasks', () => {
  const fileOf = (code: string, index: number): [string, string] => [
    `small-${index}.ts`,
    `import { task, logger, wait, AbortTaskRunError } from '@trigger.dev/sdk'\nexport const a = ${code.replaceAll(`'a'`, `'a${index}'`)}\n`,
  ]
  const app = openCodeBase(
    Object.fromEntries(
      [...converted.map(([before]) => before), ...unchanged].map((code, index) => fileOf(code, index)),
    ),
  )
  afterAll(() => app.remove())
  let after: Record<string, string> = {}
  beforeAll(() => {
    app.convert()
    after = app.contents()
  })

  test.each(converted.map(([before, code], index) => [before, code, index] as const))('%s', (_before, code, index) => {
    expect(after[`small-${index}.ts`]).toContain(`const a = ${code.replaceAll(`'a'`, `'a${index}'`)}\n`)
  })

  test.each(unchanged.map((code, index) => [code, converted.length + index] as const))('stays: %s', (code, index) => {
    expect(after[`small-${index}.ts`]).toBe(fileOf(code, index)[1])
  })
})

test('a wrong id, or an id that two tasks have, stays', () => {
  const app = open({ 'a.ts': task.replace(`'greet'`, `'say hello'`), 'b.ts': task, 'c.ts': task })
  const report = app.convert()
  expect(report).toMatch(/a\.ts:4 {2}an id has at most 100 letters/)
  expect(report).toMatch(/b\.ts:3 {2}another task has the id `greet` too/)
  expect(report).toContain('Changed: 0 tasks')
})

test('a file that uses the name of an import for something else keeps its tasks', () => {
  const app = open({ 'a.ts': `${task}const defineJob = 1\nconsole.log(defineJob)\n` })
  expect(app.convert()).toMatch(/a\.ts:7 {2}the name `defineJob` is taken in this file/)
})

test('only the tasks of the given paths change, with their sends everywhere', () => {
  const app = open({
    'jobs/greet.ts': task,
    'jobs/other.ts': task.replaceAll('greet', 'other'),
    'app.ts': `import { greet } from './jobs/greet.ts'\nimport { other } from './jobs/other.ts'\n\nawait greet.trigger({ tenantId: 't' })\nawait other.trigger({ tenantId: 't' })\n`,
  })
  expect(app.convert({ paths: ['jobs/greet.ts'] })).toMatch(/^Changed: 1 task in 2 files\n {2}app\.ts: 1 send\n/)
  expect(app.contents()['app.ts']).toContain(`await greet.send({ tenantId: 't' })\nawait other.trigger(`)
})

test('paths of `tsconfig.json` lead to the tasks that a file sends', () => {
  const app = open({
    'src/jobs/greet.ts': task,
    'src/app.ts': `import type { greet } from '@/jobs/greet'\nimport { tasks } from '@trigger.dev/sdk'\n\nawait tasks.trigger<typeof greet>('greet', { tenantId: 't' })\n`,
  })
  app.write('tsconfig.json', JSON.stringify({ compilerOptions: { paths: { '@/*': ['./src/*'] } } }))
  app.convert()
  expect(app.contents()['src/app.ts']).toBe(
    `import { greet } from '@/jobs/greet'\n\nawait greet.send({ tenantId: 't' })\n`,
  )
})
