/** Where messages send readers who need a workflow. */
export const workflowsGuide = 'https://github.com/cgk-platform/jobs/blob/main/docs/workflows.md'
