import { cancel, confirm, isCancel, select } from '@clack/prompts'

import type { Provider } from './app/app.ts'

/** Asks for the engine; `undefined` where it was called off. */
export async function askProvider(): Promise<Provider | undefined> {
  const answer = await select<Provider>({
    message: 'On which engine do the jobs run? It can be changed later.',
    options: [
      { value: 'local', label: 'Local', hint: 'in your own process, in memory or in a file; no account' },
      { value: 'inngest', label: 'Inngest', hint: 'calls your app; its dev server needs no account' },
      { value: 'trigger.dev', label: 'Trigger.dev', hint: 'runs the jobs in its own workers; needs an account' },
    ],
  })
  return isCancel(answer) ? callOff() : answer
}

/** Asks whether the files are to be written; no where it was called off. */
export async function askToWrite(): Promise<boolean> {
  const answer = await confirm({ message: 'Write these?' })
  if (!isCancel(answer) && answer) return true
  callOff()
  return false
}

function callOff(): undefined {
  cancel('Nothing was written.')
  return undefined
}
