import { median, spread } from '../median.ts'
import { NotRunError } from './not-run-error.ts'

/** What comes of a row: its target is met or not, there is none, or it cannot be measured here. */
export type Verdict = 'met' | 'missed' | 'no target' | 'not run'

/** A row of the table. */
export interface Row {
  readonly what: string
  readonly target: string
  readonly measured: string
  readonly verdict: Verdict
  readonly detail: string
  /** For rows that compare rates: ours over theirs, and what it should be at least. */
  readonly ratio?: { readonly median: number; readonly least: number | undefined }
}

/** What a row is about before it was measured. */
export type Question = Pick<Row, 'what' | 'target'>

/** A row that is measured, or says why it was not. */
export async function rowOf(question: Question, measure: () => Promise<Omit<Row, 'what' | 'target'>>): Promise<Row> {
  try {
    return { ...question, ...(await measure()) }
  } catch (error) {
    if (!(error instanceof NotRunError)) throw error
    return { ...question, measured: '', verdict: 'not run', detail: error.message }
  }
}

/** Our rates over theirs, round by round. */
export function ratioRow(
  ours: readonly number[],
  theirs: readonly number[],
  least?: number,
): Omit<Row, 'what' | 'target'> {
  const ratios = ours.map((rate, round) => rate / theirs[round]!)
  const middle = median(ratios)
  const digits = middle < 0.1 ? 3 : middle < 10 ? 2 : 1
  return {
    measured: `${middle.toFixed(digits)}× (${spread(ratios, digits)})`,
    verdict: least === undefined ? 'no target' : verdictOf(middle >= least),
    detail: `${count(median(ours))} against ${count(median(theirs))} jobs/s`,
    ratio: { median: middle, least },
  }
}

export function verdictOf(isMet: boolean): Verdict {
  return isMet ? 'met' : 'missed'
}

/** A whole number as people read it. */
export function count(value: number): string {
  return Math.round(value).toLocaleString('en-US')
}
