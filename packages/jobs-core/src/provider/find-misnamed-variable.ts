import { closestMatch } from 'leven'

import type { EngineDescriptor } from '../engines/engine-descriptor.ts'

/** A set variable that nothing reads, and the variable that its name resembles. */
export interface MisnamedVariable {
  readonly name: string
  readonly meant: string
}

/** Finds a set variable whose name is nearly the one of a variable that chooses an engine. */
export function findMisnamedVariable(
  known: readonly EngineDescriptor[],
  variables: Readonly<Record<string, string | undefined>>,
): MisnamedVariable | undefined {
  const keys = known.flatMap(({ variables: own = [] }) => own.filter(({ choosesEngine }) => choosesEngine))
  const set = Object.keys(variables).filter((name) => variables[name])
  for (const { name: meant, mistakes = [] } of [{ name: 'JOB_PROVIDER', mistakes: ['JOBS_PROVIDERS'] }, ...keys]) {
    const name = set.find((one) => mistakes.includes(one)) ?? closestMatch(meant, set, { maxDistance: 1 })
    if (name !== undefined && name !== meant) return { name, meant }
  }
  return undefined
}
