/** Metadata of a run that `cancelJob` cancels, and of an event's run that may still start runs. */
export const cancelMark = { cancelRequested: true } as const

/** Whether `cancelJob` cancelled this run. */
export function hasCancelMark(metadata: Readonly<Record<string, unknown>> | undefined): boolean {
  return metadata?.['cancelRequested'] === true
}
