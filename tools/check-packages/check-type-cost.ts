import { ourProgram, writeProject } from '../bench/local/rows/type-check-row.ts'
import { execute } from './execute.ts'

/** 29,000 today. */
const maxInstantiations = 31_000

/**
 * Checks the compiler's work for an app with 1,000 events and 200 definitions, as a count that no load changes.
 * @param folder - a project with the facade
 * @throws an error with the count if the work is more than the limit.
 */
export async function checkTypeCost(folder: string): Promise<void> {
  const output = await execute(
    'tsc',
    ['--extendedDiagnostics', '-p', writeProject(folder, 'type-cost', ourProgram())],
    {
      cwd: folder,
    },
  )
  const count = Number(/^Instantiations: *(\d+)$/m.exec(output)?.[1])
  if (!(count <= maxInstantiations))
    throw new Error(`The compiler makes ${count} instantiations. At most ${maxInstantiations} are allowed.`)
}
