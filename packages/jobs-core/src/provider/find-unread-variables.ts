import { closestMatch } from 'leven'

import type { EngineDescriptor, EngineVariable } from '../engines/engine-descriptor.ts'
import type { MisnamedVariable } from './find-misnamed-variable.ts'

type OwnVariable = Pick<EngineVariable, 'name' | 'mistakes'>

const logLevel: OwnVariable = {
  name: 'JOB_LOG_LEVEL',
  mistakes: ['JOB_LOG', 'JOB_LOGGING_LEVEL', 'JOB_LOGGER_LEVEL', 'JOBS_LOGLEVEL'],
}

/**
 * Finds set variables that nothing reads, each with the setting of this library that its name resembles and that is not
 * set. An app can have variables of its own that begin with `JOB_`, so only close names count. Variables that choose an
 * engine are the concern of `findMisnamedVariable`.
 */
export function findUnreadVariables(
  known: readonly EngineDescriptor[],
  variables: Readonly<Record<string, string | undefined>>,
): MisnamedVariable[] {
  const settings = [logLevel, ...known.flatMap((engine) => (engine.variables ?? []).filter(isOwn))]
  const names = new Set(['JOB_PROVIDER', ...settings.map(({ name }) => name)])
  const unknown = Object.keys(variables).filter((name) => variables[name] && /^JOBS?_/.test(name) && !names.has(name))
  return settings
    .filter(({ name }) => !variables[name])
    .flatMap(({ name: meant, mistakes = [] }) => {
      const name = unknown.find((one) => mistakes.includes(one)) ?? closestMatch(meant, unknown, { maxDistance: 2 })
      return name === undefined ? [] : [{ name, meant }]
    })
}

function isOwn({ name, choosesEngine = false }: EngineVariable): boolean {
  return name.startsWith('JOB_') && !choosesEngine
}
