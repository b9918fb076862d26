const suffix = ' (workflow)'

/** The name of a workflow's function in Inngest's dashboard. Every answer about its runs has it, so that they are known. */
export function toWorkflowName(name: string): string {
  return `${name}${suffix}`
}

/** Whether a function with this name is that of a workflow. */
export function isWorkflowName(name: string | undefined): boolean {
  return name?.endsWith(suffix) ?? false
}
