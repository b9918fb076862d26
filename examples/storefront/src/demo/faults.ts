import { differences } from './differences.ts'
import { type FiguresByShop, noFigures, totalOf } from './figures.ts'
import { knownFigures, knownTotal } from './known-figures.ts'

/** The figures of one run of the demo, each counted in its own way. */
export interface Counted {
  readonly byJobs: FiguresByShop
  readonly byFile: FiguresByShop
  /** Absent where no report was made. */
  readonly byReports?: FiguresByShop | undefined
}

/** Holds the figures against each other and against what is known of the file; empty when all agree. */
export function faultsOf({ byJobs, byFile, byReports }: Counted): string[] {
  const shopIds = new Set([...byJobs.keys(), ...byFile.keys(), ...Object.keys(knownFigures)])
  const ofShops = [...shopIds].flatMap((id) => {
    const done = byJobs.get(id) ?? noFigures
    const { orders, refused, sales, refunds, refunded } = done
    return [
      ...differences(`${id}, jobs against the file`, done, byFile.get(id) ?? noFigures),
      ...differences(`${id}, jobs against the known figures`, done, knownFigures[id] ?? noFigures),
      ...(byReports
        ? differences(`${id}, reports against the jobs`, byReports.get(id) ?? noFigures, {
            orders,
            refused,
            sales,
            refunds,
            refunded,
          })
        : []),
    ]
  })
  return [...ofShops, ...differences('all shops, jobs against the known figures', totalOf(byJobs), knownTotal)]
}
