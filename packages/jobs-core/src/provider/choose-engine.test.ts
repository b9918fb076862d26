import { beforeEach, describe, expect, test, vi } from 'vitest'

import { createFakeProvider } from '../../test/kit/fake-provider.ts'
import { chooseEngine, requireEngine } from './choose-engine.ts'
import { addEngine, type Engine, engines } from './engine-registry.ts'

const create = () => createFakeProvider()
const key = (name: string, ...mistakes: string[]) => ({ name, purpose: 'The key.', choosesEngine: true, mistakes })
const cloud: Engine = {
  name: 'cloud',
  title: 'Cloud',
  packageName: 'jobs-cloud',
  runsInProcess: false,
  variables: [key('CLOUD_KEY', 'CLOUD_API_KEY'), key('CLOUD_SECRET'), { name: 'CLOUD_URL', purpose: 'The server.' }],
  create,
}
const queue: Engine = {
  name: 'queue',
  title: 'Queue',
  packageName: 'jobs-queue',
  runsInProcess: false,
  variables: [key('QUEUE_KEY')],
  create,
}
const here: Engine = {
  name: 'here',
  title: 'the engine of this process',
  packageName: 'jobs-here',
  runsInProcess: true,
  isFallback: true,
  variables: [{ name: 'HERE_PATH', purpose: 'The file.' }],
  create,
}
const production = { NODE_ENV: 'production' }

/** Registers these engines in a fresh process state. */
function register(...registered: Engine[]): void {
  Reflect.deleteProperty(globalThis, Symbol.for('@cgk-platform/jobs.ambient.v1'))
  for (const engine of registered) addEngine(engine)
}

beforeEach(() => register(cloud, queue, here))

describe('the engine that the environment chooses', () => {
  test.each<[variables: Record<string, string | undefined>, name: string, reason: string]>([
    [{}, 'here', 'it is the default outside production'],
    [{ NODE_ENV: 'development' }, 'here', 'it is the default outside production'],
    [{ JOB_PROVIDER: '', CLOUD_KEY: '' }, 'here', 'it is the default outside production'],
    [{ CLOUD_URL: 'https://example.com' }, 'here', 'it is the default outside production'],
    [{ JOB_PROVIDER: 'here', ...production }, 'here', '`JOB_PROVIDER` is set to it'],
    [{ JOB_PROVIDER: 'cloud', QUEUE_KEY: 'k', CLOUD_KEY: 'k' }, 'cloud', '`JOB_PROVIDER` is set to it'],
    [{ QUEUE_KEY: 'k', ...production }, 'queue', '`QUEUE_KEY` is set'],
    [{ CLOUD_SECRET: 'k' }, 'cloud', '`CLOUD_SECRET` is set'],
    [{ CLOUD_KEY: 'k', CLOUD_SECRET: 'k' }, 'cloud', '`CLOUD_KEY` and `CLOUD_SECRET` are set'],
  ])('%j: %s, because %s', (variables, name, reason) => {
    expect(chooseEngine(engines(), variables)).toMatchObject({ engine: { name }, reason })
  })

  test.each<[variables: Record<string, string>, message: string]>([
    [
      production,
      'in production, an engine must be chosen explicitly. Set `JOB_PROVIDER` to `cloud`, `queue` or `here`, or set the key',
    ],
    [
      { HERE_PATH: 'jobs.db', ...production },
      'and `HERE_PATH` alone does not choose an engine. Set `JOB_PROVIDER=here`',
    ],
    [
      { CLOUD_KEY: 'k', QUEUE_KEY: 'k' },
      'the keys of Cloud and Queue are set. Set `JOB_PROVIDER` to `cloud` or `queue`.',
    ],
    [
      { JOB_PROVIDER: 'Cloud', CLOUD_KEY: 'k' },
      '`JOB_PROVIDER` is `Cloud`, which is not an available engine. Use `cloud`, `queue` or `here`',
    ],
    [{ JOB_PROVIDER: ' here' }, '`JOB_PROVIDER` is ` here`'],
  ])('%j: no engine, and the error says what to do', (variables, message) => {
    const error = expect.objectContaining({
      code: 'provider_not_chosen',
      message: expect.stringContaining(message) as string,
    }) as unknown
    expect(() => chooseEngine(engines(), variables)).toThrow(error)
  })

  test('is read from the environment of the process by default', () => {
    vi.stubEnv('JOB_PROVIDER', 'queue')
    expect(chooseEngine(engines()).engine).toBe(queue)
    vi.unstubAllEnvs()
  })

  test('is the only registered engine, also in production', () => {
    register(cloud)
    expect(chooseEngine(engines(), production)).toMatchObject({ engine: cloud, reason: 'no other engine is installed' })
    expect(() => chooseEngine(engines(), { JOB_PROVIDER: 'here' })).toThrow(
      '`JOB_PROVIDER` is `here`, which is not an available engine. Use `cloud`, or import',
    )
  })

  test('is not the fallback in production, even if it is the only one', () => {
    register(here)
    expect(chooseEngine(engines(), {}).engine).toBe(here)
    expect(() => chooseEngine(engines(), production)).toThrow(
      'must be chosen explicitly. Set `JOB_PROVIDER` to `here`.',
    )
  })

  test('must be chosen if several are registered without a fallback', () => {
    register(cloud, queue)
    expect(() => chooseEngine(engines(), {})).toThrow('Could not choose a job provider: no engine is configured.')
    expect(() => chooseEngine(engines(), production)).toThrow('in production, an engine must be chosen explicitly.')
  })

  test('does not exist if no engine is registered', () => {
    register()
    expect(() => chooseEngine(engines(), {})).toThrow('no engine is imported. Import from `@cgk-platform/jobs`')
    expect(() => requireEngine(engines(), 'here', '`provider`')).toThrow(
      '`provider` is `here`, which is not an available engine. Import from `@cgk-platform/jobs`',
    )
  })
})

describe('a variable with nearly the right name', () => {
  test.each<[variables: Record<string, string>, name: string, meant: string, engine: string]>([
    [{ JOBS_PROVIDER: 'cloud' }, 'JOBS_PROVIDER', 'JOB_PROVIDER', 'the engine of this process'],
    [{ JOB_PROVIDERS: 'cloud' }, 'JOB_PROVIDERS', 'JOB_PROVIDER', 'the engine of this process'],
    [{ JOBS_PROVIDERS: 'cloud' }, 'JOBS_PROVIDERS', 'JOB_PROVIDER', 'the engine of this process'],
    [{ JOBPROVIDER: 'cloud', CLOUD_URL: 'x' }, 'JOBPROVIDER', 'JOB_PROVIDER', 'the engine of this process'],
    [{ CLOUD_KEYS: 'k' }, 'CLOUD_KEYS', 'CLOUD_KEY', 'the engine of this process'],
    [{ CLOUD_API_KEY: 'k' }, 'CLOUD_API_KEY', 'CLOUD_KEY', 'the engine of this process'],
    [{ JOBS_PROVIDER: 'here', CLOUD_KEY: 'k' }, 'JOBS_PROVIDER', 'JOB_PROVIDER', 'Cloud'],
  ])('%j is a warning, and in production an error', (variables, name, meant, engine) => {
    const { warning } = chooseEngine(engines(), variables)
    expect(warning?.message).toBe(`\`${name}\` is set but not read, so ${engine} is used`)
    expect(warning?.remedy).toContain(`Set \`${meant}\` instead`)
    expect(() => chooseEngine(engines(), { ...variables, ...production })).toThrow(
      new RegExp(`\`${name}\` is .*not read\\. Set \`${meant}\` instead`),
    )
  })

  test.each<Record<string, string>>([
    { JOBS_PROVIDER: '' },
    { JOBS_PROVIDER: 'cloud', JOB_PROVIDER: 'here' },
    { JOBS_PROVIDER: 'cloud', CLOUD_KEY: 'k' },
    { CLOUD_API_KEY: 'k', QUEUE_KEY: 'k' },
    { CLOUD_API_KEY: 'k', CLOUD_KEY: 'k' },
    { DB_PROVIDER: 'x', LOG_PROVIDER: 'x', JOB_PROVIDER_ID: 'x', PROVIDER: 'x', JOB_LOG_LEVEL: 'debug', CLOUD_ID: 'x' },
  ])('%j is none', (variables) => expect(chooseEngine(engines(), variables).warning).toBeUndefined())
})

describe('the name of an engine', () => {
  test('finds it', () => expect(requireEngine(engines(), 'queue', '`provider`')).toBe(queue))

  test.each([undefined, null, '', 'memory', 5, {}])('cannot be %j', (name) => {
    expect(() => requireEngine(engines(), name, '`provider`')).toThrow(
      expect.objectContaining({ code: 'provider_not_chosen', message: expect.stringContaining('`provider` is') }),
    )
  })

  test('belongs to one package', () => {
    expect(() => addEngine({ ...cloud, packageName: 'other' })).toThrow('which `jobs-cloud` already uses')
  })

  test('registered again replaces the engine, unless it is already loaded', () => {
    const { create: _, ...toLoad } = { ...cloud, load: async () => create }
    addEngine(toLoad)
    expect(engines()[0]).toBe(cloud)
    const again = { ...cloud }
    addEngine(again)
    expect(engines()[0]).toBe(again)
  })
})
