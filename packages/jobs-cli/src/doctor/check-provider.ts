import { ProviderNotChosenError } from '@cgk-platform/jobs-core'
import { chooseEngine, engineNamed } from '@cgk-platform/jobs-core/provider'

import { knownEngines } from '../engines.ts'
import type { CheckResult, Finding, ProviderFacts } from './doctor-report.ts'

/** Which engine `createJobClient()` would choose in this environment, or the one that the command line names. */
export function checkProvider(
  named: string | undefined,
  variables: NodeJS.ProcessEnv = process.env,
): CheckResult<ProviderFacts | undefined> {
  try {
    const { engine, reason } =
      named === undefined
        ? chooseEngine(knownEngines, variables)
        : { engine: engineNamed(knownEngines, named, '`--provider`'), reason: '`--provider` names it' }
    const facts = { name: engine.name, reason }
    const message = `\`${facts.name}\`, because ${facts.reason}`
    return {
      facts,
      findings: [
        { check: 'provider', status: 'ok', message },
        ...lossIn(facts, variables),
        ...(named === undefined ? notChosen(facts, variables) : []),
      ],
    }
  } catch (error) {
    if (!ProviderNotChosenError.isInstance(error)) throw error
    return { facts: undefined, findings: [{ check: 'provider', status: 'problem', message: error.message }] }
  }
}

function lossIn({ name }: ProviderFacts, variables: NodeJS.ProcessEnv): Finding[] {
  if (name !== 'local' || variables['NODE_ENV'] !== 'production' || variables['JOB_LOCAL_PATH']) return []
  const message = 'this is production, and the local engine keeps its jobs in memory, unless the app gives it a file'
  return [{ check: 'provider', status: 'warning', message, remedy: 'Set `JOB_LOCAL_PATH` to keep them in a file.' }]
}

/** Where an engine is, without a key for it: its own tools take that for a choice. */
const addresses = [
  ['INNGEST_DEV', 'inngest'],
  ['INNGEST_BASE_URL', 'inngest'],
  ['TRIGGER_API_URL', 'trigger.dev'],
] as const

function notChosen({ name }: ProviderFacts, variables: NodeJS.ProcessEnv): Finding[] {
  if (name !== 'local' || variables['JOB_PROVIDER']) return []
  return addresses
    .filter(([variable]) => variables[variable])
    .map(([variable, provider]) => ({
      check: 'provider',
      status: 'warning',
      message: `\`${variable}\` is set, and chooses no engine`,
      remedy: `\`JOB_PROVIDER=${provider}\` does.`,
    }))
}
