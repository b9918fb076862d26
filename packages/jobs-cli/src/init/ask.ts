import { cancel, confirm, isCancel, select } from '@clack/prompts'

import { engineNames, engineOf } from './app/engine-of.ts'

/** Asks for the engine; `undefined` where it was called off. */
export async function askProvider(): Promise<string | undefined> {
  const answer = await select<string>({
    message: 'On which engine do the jobs run? It can be changed later.',
    options: engineNames.map((value) => ({ value, ...choiceOf(value) })),
  })
  return isCancel(answer) ? callOff() : answer
}

function choiceOf(name: string): { label: string; hint?: string } {
  const { title, setup } = engineOf(name)
  return setup ? { label: setup.label, hint: setup.hint } : { label: title }
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
