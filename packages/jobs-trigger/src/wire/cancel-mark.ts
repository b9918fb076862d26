/** The key in a run's metadata that holds the mark. The worker replaces the whole record, so the mark is not in it. */
const cancelKey = 'jobCancelRequested'

/** Metadata of a run that `cancelJob` cancels, and of an event's run that may still start runs. */
export const cancelMark = { [cancelKey]: true } as const

/** Returns true if `cancelJob` cancelled this run. */
export function hasCancelMark(metadata: Readonly<Record<string, unknown>> | undefined): boolean {
  return metadata?.[cancelKey] === true
}
