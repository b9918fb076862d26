import { expect, test } from 'vitest'

import { knownEngines } from '@cgk-platform/jobs/engines'
import { hideSecrets } from './hide-secrets.ts'

const variables = {
  INNGEST_SIGNING_KEY: ' 8ad0f1c2 ',
  DATABASE_PASSWORD: 'correct horse',
  SHORT_KEY: '1',
  JOB_PROVIDER: 'inngest',
}

test.each<[what: string, text: string, expected: string]>([
  ['a key', 'refused 8ad0f1c2!', 'refused (value of INNGEST_SIGNING_KEY)!'],
  ['a password', 'for correct horse', 'for (value of DATABASE_PASSWORD)'],
  ['a Trigger.dev key that is in no variable', 'with tr_prod_AbC123', 'with (a key)'],
  ['an Inngest key that is in no variable', 'with signkey-prod-0a1b', 'with (a key)'],
  ['credentials of a URL', 'at https://me:pw@example.com/a', 'at https://example.com/a'],
  ['the query of a URL', '`https://example.com/a?token=t`', '`https://example.com/a`'],
])('hides %s', (_what, text, expected) => {
  expect(hideSecrets({ list: [{ message: text, remedy: text }] }, knownEngines, variables)).toEqual({
    list: [{ message: expected, remedy: expected }],
  })
})

test('leaves everything else unchanged', () => {
  const report = {
    message: 'the variable `INNGEST_SIGNING_KEY`, 1 inngest at https://example.com:8288',
    name: '8ad0f1c2',
    count: 1,
    isSo: true,
    no: null,
  }
  expect(hideSecrets(report, knownEngines, variables)).toEqual(report)
})
