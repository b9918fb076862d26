import { describeDifferences } from './describe-differences.ts'
import { type FiguresByShop, noFigures, totalOf } from './figures.ts'
import { expectedFigures, expectedTotal } from './expected-figures.ts'

/** The figures of one run of the demo, counted in different ways. */
export interface CountedFigures {
  readonly byJobs: FiguresByShop
  readonly byFile: FiguresByShop
  /** Omitted if there are no reports. */
  readonly byReports?: FiguresByShop | undefined
}

/** Compares the figures with each other and with the expected ones. Returns an empty list if all agree. */
export function findMismatches({ byJobs, byFile, byReports }: CountedFigures): string[] {
  const shopIds = new Set([...byJobs.keys(), ...byFile.keys(), ...Object.keys(expectedFigures)])
  const ofShops = [...shopIds].flatMap((id) => {
    const done = byJobs.get(id) ?? noFigures
    const { orders, refused, sales, refunds, refunded } = done
    return [
      ...describeDifferences(`${id}, jobs against the file`, done, byFile.get(id) ?? noFigures),
      ...describeDifferences(`${id}, jobs against the expected figures`, done, expectedFigures[id] ?? noFigures),
      ...(byReports
        ? describeDifferences(`${id}, reports against the jobs`, byReports.get(id) ?? noFigures, {
            orders,
            refused,
            sales,
            refunds,
            refunded,
          })
        : []),
    ]
  })
  return [
    ...ofShops,
    ...describeDifferences('all shops, jobs against the expected figures', totalOf(byJobs), expectedTotal),
  ]
}
