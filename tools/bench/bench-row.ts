/** A row of the printed table. `figure` is a ratio if there is something to compare with. */
export interface BenchRow {
  readonly name: string
  readonly figure: string
  readonly detail: string
}
