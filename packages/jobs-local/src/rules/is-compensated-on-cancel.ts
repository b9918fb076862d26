/** A run that is cancelled. */
interface CancelledRun {
  readonly attempts: number
  readonly compensateOnCancel?: boolean
  readonly workflow?: { readonly failure?: unknown }
}

/**
 * Returns true for a workflow that has begun and whose steps are compensated on cancel, and for one that is already being
 * compensated. A file has no record of a workflow whose first steps run: one of them may still complete.
 */
export function isCompensatedOnCancel({ workflow, compensateOnCancel, attempts }: CancelledRun): boolean {
  const hasBegun = attempts > 0 || workflow !== undefined
  return (compensateOnCancel === true && hasBegun) || workflow?.failure !== undefined
}
