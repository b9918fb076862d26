const suffix = ' (workflow)'

/** Returns the name of a workflow's function in Inngest. Every API response about its runs contains it. */
export function toWorkflowName(name: string): string {
  return `${name}${suffix}`
}

/** Returns true if a function name is that of a workflow. */
export function isWorkflowName(name: string | undefined): boolean {
  return name?.endsWith(suffix) ?? false
}
