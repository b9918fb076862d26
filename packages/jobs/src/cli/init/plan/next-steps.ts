import { resolveCommand } from 'package-manager-detector'

import type { App, Provider } from '../app/app.ts'
import { type CommandLine, installCommands, triggerVersion } from './packages-for.ts'
import { scriptsFor } from './scripts-for.ts'

/** What to do next, in lines: the commands in their order, then where to look. */
export function nextSteps(app: App, provider: Provider, isInstalled: boolean): string {
  const install = isInstalled ? [] : installCommands(app, provider).map((line) => toText(line))
  const steps = [...install, ...beforeFirst(provider), ...runSteps(app, provider)]
  return [...steps.map((step) => `  ${step}`), '', ...hints(app, provider)].join('\n')
}

/** A command as one types it. */
export function toText({ command, args }: CommandLine): string {
  return [command, ...args].join(' ')
}

function beforeFirst(provider: Provider): string[] {
  if (provider !== 'trigger.dev') return []
  return [
    `npx trigger.dev@${triggerVersion} login    # once; put the project's ref and the secret key where they belong`,
  ]
}

function runSteps(app: App, provider: Provider): string[] {
  const names = Object.keys(scriptsFor(app, provider))
  const server = app.framework === 'next' ? [run(app, 'dev')] : []
  // On the local engine whoever sends runs the job, so that a worker beside it would have none.
  const inOrder = names.filter((name) => name !== 'jobs:send' && !(provider === 'local' && name === 'jobs:worker'))
  const lasting = [...server, ...inOrder.map((name) => run(app, name))]
  const send = run(app, 'jobs:send')
  return lasting.length === 0 ? [send] : [...lasting.map((step) => `${step}    # in a terminal of its own`), send]
}

function run({ packageManager }: App, script: string): string {
  return toText(resolveCommand(packageManager, 'run', [script]) ?? { command: 'npm', args: ['run', script] })
}

function hints(app: App, provider: Provider): string[] {
  const { framework, sources, style, jobsModule, variablesFile } = app
  const jobs = `Your events and jobs are in ${sources}${jobsModule}${style.extension}.`
  switch (provider) {
    case 'local':
      if (framework === 'next') return [jobs]
      return [
        jobs,
        `In your server, add the line \`import './jobs-worker${style.importExtension}'\` where it starts; it runs what it sends.`,
        `\`${run(app, 'jobs:worker')}\` runs them apart from it, once ${variablesFile} has \`JOB_LOCAL_PATH\`.`,
      ]
    case 'inngest':
      return [
        jobs,
        'Send when http://localhost:8288 shows the app `jobs`; there you see its runs, too.',
        ...(framework === 'node' ? ['The worker needs Node 22 or later.'] : []),
      ]
    case 'trigger.dev':
      return [jobs, 'Send when the CLI says `Local worker ready`; the dashboard shows the runs.']
  }
}
