import { cancel, confirm, isCancel, select } from '@clack/prompts'

import { engineNames, engineOf } from './app/engine-of.ts'

/** Prompts for the engine. Returns `undefined` if the user cancels. */
export async function askProvider(): Promise<string | undefined> {
  const answer = await select<string>({
    message: 'Which engine runs the jobs? You can change it later.',
    options: engineNames.map((value) => ({ value, ...choiceOf(value) })),
  })
  return isCancel(answer) ? cancelInit() : answer
}

function choiceOf(name: string): { label: string; hint?: string } {
  const { title, setup } = engineOf(name)
  return setup ? { label: setup.label, hint: setup.hint } : { label: title }
}

/** Prompts for permission to write. Returns false if the user cancels. */
export async function askToWrite(): Promise<boolean> {
  const answer = await confirm({ message: 'Write these changes?' })
  if (!isCancel(answer) && answer) return true
  cancelInit()
  return false
}

function cancelInit(): undefined {
  cancel('Nothing was written.')
  return undefined
}
