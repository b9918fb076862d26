import { describe, test } from 'vitest'

import { nodeApp, nodeAppInJavaScript } from './app-sources.ts'
import { freePort } from './free-port.ts'
import { openApp } from './open-app.ts'

const refusals: [string, string[], RegExp][] = [
  ['a path that is not a folder', ['--cwd', 'nowhere'], /`.*nowhere` is not a folder.*--cwd.*\(no_folder\)/],
  [
    'a folder without a package.json',
    ['--cwd', 'empty'],
    /no `package\.json` in `.*empty`.*npm init.*\(no_package_json\)/,
  ],
  ['no terminal and no flags', [], /cannot ask without a terminal\. Add `--provider.*`--yes`.*\(missing_flags\)/],
]

describe.concurrent('`init` exits with 2 and a remedy', () => {
  test.for(refusals)('%s', async ([, args, message], { expect, onTestFinished }) => {
    const app = openApp({ ...nodeAppInJavaScript, files: { 'empty/notes.txt': '' } })
    onTestFinished(() => app.close())
    const before = app.contents()
    expect(await app.init(...args)).toMatchObject({ exitCode: 2, stdout: '', stderr: expect.stringMatching(message) })
    expect(app.contents()).toEqual(before)
  })
})

test('a failed install keeps the written files, prints a remedy and exits with 1', async ({
  expect,
  onTestFinished,
}) => {
  const app = openApp({
    manifest: { ...nodeAppInJavaScript.manifest, packageManager: 'npm@10.0.0' },
    files: { '.npmrc': 'registry=http://127.0.0.1:9/\nfetch-retries=0\n' }, // nothing listens there
  })
  onTestFinished(() => app.close())
  const ended = await app.init('--provider', 'local', '--yes', '--install')
  expect(ended).toMatchObject({ exitCode: 1, stdout: expect.stringContaining('`npm i @cgk-platform/jobs` failed') })
  expect(Object.keys(app.contents())).toEqual(expect.arrayContaining(['jobs.mjs', '.env']))
})

test.for([{ JOB_PROVIDER: 'inngest' }, { JOB_PROVIDER: 'sqs' }])(
  'the script that sends the first event exits with 1 and one line if the send fails: %o',
  async (variables, { expect, onTestFinished }) => {
    const app = openApp(nodeApp)
    onTestFinished(() => app.close())
    await app.init('--provider', 'inngest', '--yes')
    const nobody = { INNGEST_DEV: `http://127.0.0.1:${await freePort()}` }
    const sent = await app.script('jobs:send', { ...nobody, ...variables })
    expect(sent).toMatchObject({ exitCode: 1, stdout: '', stderr: expect.stringMatching(/^[^\n]+\n$/) })
  },
)
