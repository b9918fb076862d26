import { ProviderNotChosenError } from '@cgk-platform/jobs-core/errors'
import type { EngineDescriptor } from '@cgk-platform/jobs-core/provider'
import { type ChosenEngine, chooseEngine, requireEngine } from '@cgk-platform/jobs-core/tools'

import type { CheckResult, Finding } from './doctor-report.ts'

/** Finds the engine that `createJobClient()` would choose in this environment, or the one that `--provider` selects. */
export function checkProvider(
  engines: readonly EngineDescriptor[],
  named: string | undefined,
  variables: NodeJS.ProcessEnv = process.env,
): CheckResult<ChosenEngine | undefined> {
  try {
    const facts =
      named === undefined
        ? chooseEngine(engines, variables)
        : { engine: requireEngine(engines, named, '`--provider`'), reason: '`--provider` is set to it' }
    const message = `\`${facts.engine.name}\`, because ${facts.reason}`
    return {
      facts,
      findings: [
        { check: 'provider', status: 'ok', message },
        ...misnamedVariableWarnings(facts),
        ...memoryWarnings(facts.engine, variables),
        ...(named === undefined && facts.engine.isFallback ? unchosenEngineWarnings(engines, variables) : []),
      ],
    }
  } catch (error) {
    if (!ProviderNotChosenError.isInstance(error)) throw error
    return { facts: undefined, findings: [{ check: 'provider', status: 'problem', message: error.message }] }
  }
}

function memoryWarnings({ title, setup }: EngineDescriptor, variables: NodeJS.ProcessEnv): Finding[] {
  if (!setup?.file || variables['NODE_ENV'] !== 'production' || variables[setup.file.variable]) return []
  const message = `in production, ${title} stores jobs in memory unless the app sets a file`
  const remedy = `Set \`${setup.file.variable}\` to store them in a file.`
  return [{ check: 'provider', status: 'warning', message, remedy }]
}

function misnamedVariableWarnings({ warning }: ChosenEngine): Finding[] {
  return warning === undefined ? [] : [{ check: 'provider', status: 'warning', ...warning }]
}

/** Warns about variables that configure an engine but do not choose it, although the vendor's own tools use them so. */
function unchosenEngineWarnings(engines: readonly EngineDescriptor[], variables: NodeJS.ProcessEnv): Finding[] {
  if (variables['JOB_PROVIDER']) return []
  const others = engines.filter((engine) => !engine.isFallback)
  return others.flatMap(({ name: engine, variables: own = [] }) =>
    own
      .filter(({ name, choosesEngine, isGeneral }) => !choosesEngine && !isGeneral && variables[name])
      .map(({ name }) => ({
        check: 'provider',
        status: 'warning',
        message: `\`${name}\` is set but does not choose an engine`,
        remedy: `Set \`JOB_PROVIDER=${engine}\`.`,
      })),
  )
}
