import { describe } from 'vitest'

import { describeActions } from './cases/describe-actions.ts'
import { describeFaults } from './cases/describe-faults.ts'
import { describePartDetails } from './cases/describe-part-details.ts'
import { describeRecentFailures } from './cases/describe-recent-failures.ts'
import { describeSavedFilters } from './cases/describe-saved-filters.ts'
import { describeSendAgain } from './cases/describe-send-again.ts'
import { describeSchedules } from './cases/describe-schedules.ts'
import { describeTiles } from './cases/describe-tiles.ts'
import { describeViews } from './cases/describe-views.ts'
import { openPages } from './kit/open-pages.ts'
import type { Target } from './kit/target.ts'

/** Tests the pages in a real browser over a real engine. */
export function describePages(target: Target): void {
  describe(`the pages over ${target.name}`, () => {
    const pages = openPages(target)
    describeViews(pages)
    describeActions(pages)
    describeFaults(pages)
    describeRecentFailures(pages)
    describeTiles(pages)
    describePartDetails(pages)
    describeSendAgain(pages)
    describeSchedules(pages)
    describeSavedFilters(pages)
  })
}
