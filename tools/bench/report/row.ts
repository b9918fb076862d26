import { median, spread } from '../statistics.ts'
import { reasonOf } from './not-run-error.ts'

/** The result of a row. `not run` means that it cannot be measured on this machine. */
export type Verdict = 'met' | 'missed' | 'no target' | 'not run'

/** A row of the table. */
export interface Row {
  readonly comparison: string
  readonly target: string
  readonly measured: string
  readonly verdict: Verdict
  readonly detail: string
  /** The table or list of the page, if it is not the first table. */
  readonly section?: 'load' | 'profile' | 'fairness' | 'telemetry' | 'inspection'
  /** The cells of a row of another table. */
  readonly cells?: readonly string[]
  /** The measured number, for a chart. */
  readonly value?: number
  /** For rows that compare rates: the library's rate divided by the peer's, and the minimum that is the target. */
  readonly ratio?: { readonly median: number; readonly minimum: number | undefined }
}

/** The fields of a row that are known before the measurement. */
export type RowHeading = Pick<Row, 'comparison' | 'target'>

/** Measures a row. On a `NotRunError`, returns a row with the reason. */
export async function rowOf(
  heading: RowHeading,
  measure: () => Promise<Omit<Row, 'comparison' | 'target'>>,
): Promise<Row> {
  try {
    return { ...heading, ...(await measure()) }
  } catch (error) {
    return { ...heading, measured: '', verdict: 'not run', detail: reasonOf(error) }
  }
}

/** Compares the rates of the library and of a peer, round by round. */
export function ratioRow(
  ours: readonly number[],
  theirs: readonly number[],
  minimum?: number,
  unit = 'jobs/s',
): Omit<Row, 'comparison' | 'target'> {
  const ratios = ours.map((rate, round) => rate / theirs[round]!)
  const middle = median(ratios)
  const digits = middle < 0.1 ? 3 : middle < 10 ? 2 : 1
  return {
    measured: `${middle.toFixed(digits)}× (${spread(ratios, digits)})`,
    verdict: minimum === undefined ? 'no target' : verdictOf(middle >= minimum),
    detail: `${count(median(ours))} against ${count(median(theirs))} ${unit}`,
    ratio: { median: middle, minimum },
  }
}

export function verdictOf(isMet: boolean): Verdict {
  return isMet ? 'met' : 'missed'
}

/** Formats an integer with thousands separators. */
export function count(value: number): string {
  return Math.round(value).toLocaleString('en-US')
}
