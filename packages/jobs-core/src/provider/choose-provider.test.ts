import { afterEach, describe, expect, test, vi } from 'vitest'

import { checkProviderName, chooseProvider, explainProvider, providerNames } from './choose-provider.ts'

const triggerKey = { TRIGGER_SECRET_KEY: 'tr_dev_1' }
const eventKey = { INNGEST_EVENT_KEY: 'event-key' }
const signingKey = { INNGEST_SIGNING_KEY: 'signkey-1' }
const production = { NODE_ENV: 'production' }

afterEach(() => vi.unstubAllEnvs())

describe('the provider that an environment asks for', () => {
  test.each<[variables: Record<string, string | undefined>, provider: string]>([
    [{}, 'local'],
    [{ NODE_ENV: 'development' }, 'local'],
    [{ NODE_ENV: 'test' }, 'local'],
    [{ JOB_PROVIDER: '' }, 'local'],
    [{ JOB_PROVIDER: undefined }, 'local'],
    [{ JOB_PROVIDER: 'local' }, 'local'],
    [{ JOB_PROVIDER: 'inngest' }, 'inngest'],
    [{ JOB_PROVIDER: 'trigger.dev' }, 'trigger.dev'],
    [{ JOB_PROVIDER: 'local', ...production }, 'local'],
    [{ JOB_PROVIDER: 'local', ...triggerKey }, 'local'],
    [{ JOB_PROVIDER: 'inngest', ...triggerKey }, 'inngest'],
    [{ JOB_PROVIDER: 'trigger.dev', ...triggerKey, ...eventKey }, 'trigger.dev'],
    [triggerKey, 'trigger.dev'],
    [eventKey, 'inngest'],
    [signingKey, 'inngest'],
    [{ ...eventKey, ...signingKey }, 'inngest'],
    [{ ...triggerKey, INNGEST_EVENT_KEY: '' }, 'trigger.dev'],
    [{ ...triggerKey, ...production }, 'trigger.dev'],
    [{ ...signingKey, ...production }, 'inngest'],
    [{ TRIGGER_API_URL: 'https://example.com', INNGEST_BASE_URL: 'https://example.com' }, 'local'],
  ])('%j: %s', (variables, provider) => expect(chooseProvider(variables)).toBe(provider))

  test.each<[variables: Record<string, string>, message: RegExp]>([
    [production, /this is production.*Set `JOB_PROVIDER` to `trigger\.dev`, `inngest` or `local`/],
    [{ JOB_PROVIDER: '', ...production }, /this is production/],
    [{ ...triggerKey, ...eventKey }, /keys of both Trigger\.dev and Inngest.*Set `JOB_PROVIDER`/],
    [{ ...triggerKey, ...signingKey, ...production }, /keys of both/],
    [{ JOB_PROVIDER: 'trigger' }, /`JOB_PROVIDER` is `trigger`\. Use `trigger\.dev`, `inngest`, `local`/],
    [{ JOB_PROVIDER: 'Inngest', ...eventKey }, /`JOB_PROVIDER` is `Inngest`/],
    [{ JOB_PROVIDER: ' local' }, /`JOB_PROVIDER` is ` local`/],
  ])('%j: none, and the error says what to do', (variables, message) => {
    expect(() => chooseProvider(variables)).toThrow(
      expect.objectContaining({ code: 'provider_not_chosen', message: expect.stringMatching(message) }),
    )
  })

  test('is read from the process where no environment is given', () => {
    vi.stubEnv('JOB_PROVIDER', 'inngest')
    expect(chooseProvider()).toBe('inngest')
  })

  test('says in production that the file of the local engine chooses none', () => {
    expect(() => chooseProvider({ NODE_ENV: 'production', JOB_LOCAL_PATH: './jobs.db' })).toThrow(
      'no engine is named: `JOB_LOCAL_PATH` names a file, and chooses none. Set `JOB_PROVIDER=local`',
    )
  })

  test('never shows a key in its error', () => {
    expect(() => chooseProvider({ ...triggerKey, ...eventKey })).toThrow(
      expect.not.objectContaining({ message: expect.stringMatching(/tr_dev_1|event-key/) }),
    )
  })
})

describe('the reason for a provider', () => {
  test.each<[variables: Record<string, string>, name: string, reason: string]>([
    [{}, 'local', 'nothing names another, and this is not production'],
    [{ JOB_PROVIDER: 'inngest', ...triggerKey }, 'inngest', '`JOB_PROVIDER` names it'],
    [{ ...triggerKey, ...production }, 'trigger.dev', '`TRIGGER_SECRET_KEY` is set'],
    [signingKey, 'inngest', '`INNGEST_SIGNING_KEY` is set'],
    [{ ...eventKey, ...signingKey }, 'inngest', '`INNGEST_EVENT_KEY` and `INNGEST_SIGNING_KEY` are set'],
  ])('%j: %s, because %s', (variables, name, reason) => {
    expect(explainProvider(variables)).toEqual({ name, reason })
  })
})

describe('the name of a provider', () => {
  test.each(providerNames)('may be %s', (name) => expect(checkProviderName(name, '`provider`')).toBe(name))

  test.each([undefined, null, '', 'memory', 5, {}])('cannot be %j', (name) => {
    expect(() => checkProviderName(name, '`provider`')).toThrow(
      expect.objectContaining({ code: 'provider_not_chosen', message: expect.stringContaining('`provider` is') }),
    )
  })
})
