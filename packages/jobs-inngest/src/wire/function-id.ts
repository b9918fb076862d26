/**
 * Returns the id of a definition's function on Inngest. Its API takes function ids as one part of a path, so `/` becomes
 * `~`, which no definition's id contains.
 */
export function toFunctionId(definitionId: string): string {
  return definitionId.replaceAll('/', '~')
}

/** Returns the id of the definition whose function has this id. */
export function definitionIdOf(functionId: string): string {
  return functionId.replaceAll('~', '/')
}
