/** One line of the table: what was measured, and the figure, as a ratio wherever there is something to compare with. */
export interface BenchRow {
  readonly what: string
  readonly figure: string
  readonly detail: string
}
