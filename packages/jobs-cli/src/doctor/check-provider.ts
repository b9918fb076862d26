import { ProviderNotChosenError } from '@cgk-platform/jobs-core'
import { type ChosenEngine, chooseEngine, type EngineDescriptor, engineNamed } from '@cgk-platform/jobs-core/provider'

import type { CheckResult, Finding } from './doctor-report.ts'

/** Finds the engine that `createJobClient()` would choose in this environment, or the one that the command line names. */
export function checkProvider(
  engines: readonly EngineDescriptor[],
  named: string | undefined,
  variables: NodeJS.ProcessEnv = process.env,
): CheckResult<ChosenEngine | undefined> {
  try {
    const facts =
      named === undefined
        ? chooseEngine(engines, variables)
        : { engine: engineNamed(engines, named, '`--provider`'), reason: '`--provider` names it' }
    const message = `\`${facts.engine.name}\`, because ${facts.reason}`
    return {
      facts,
      findings: [
        { check: 'provider', status: 'ok', message },
        ...lossIn(facts.engine, variables),
        ...(named === undefined && facts.engine.isFallback ? notChosen(engines, variables) : []),
      ],
    }
  } catch (error) {
    if (!ProviderNotChosenError.isInstance(error)) throw error
    return { facts: undefined, findings: [{ check: 'provider', status: 'problem', message: error.message }] }
  }
}

function lossIn({ title, setup }: EngineDescriptor, variables: NodeJS.ProcessEnv): Finding[] {
  if (!setup?.file || variables['NODE_ENV'] !== 'production' || variables[setup.file.variable]) return []
  const message = `this is production, and ${title} keeps its jobs in memory, unless the app gives it a file`
  const remedy = `Set \`${setup.file.variable}\` to keep them in a file.`
  return [{ check: 'provider', status: 'warning', message, remedy }]
}

/** Variables that say where an engine is, without a key for it: its own tools take that for a choice. */
function notChosen(engines: readonly EngineDescriptor[], variables: NodeJS.ProcessEnv): Finding[] {
  if (variables['JOB_PROVIDER']) return []
  const others = engines.filter((engine) => !engine.isFallback)
  return others.flatMap(({ name: engine, variables: own = [] }) =>
    own
      .filter(({ name, choosesEngine }) => !choosesEngine && variables[name])
      .map(({ name }) => ({
        check: 'provider',
        status: 'warning',
        message: `\`${name}\` is set, and chooses no engine`,
        remedy: `\`JOB_PROVIDER=${engine}\` does.`,
      })),
  )
}
