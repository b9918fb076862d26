import { describe } from 'vitest'

import { describeActions } from './cases/describe-actions.ts'
import { describeControls } from './cases/describe-controls.ts'
import { describeDefinition } from './cases/describe-definition.ts'
import { describeErrors } from './cases/describe-errors.ts'
import { describeFaults } from './cases/describe-faults.ts'
import { describePartDetails } from './cases/describe-part-details.ts'
import { describeRecentFailures } from './cases/describe-recent-failures.ts'
import { describeSavedFilters } from './cases/describe-saved-filters.ts'
import { describeSendAgain } from './cases/describe-send-again.ts'
import { describeSchedules } from './cases/describe-schedules.ts'
import { describeTiles } from './cases/describe-tiles.ts'
import { describeRequests } from './cases/describe-requests.ts'
import { describeWaits } from './cases/describe-waits.ts'
import { describeSearch } from './cases/describe-search.ts'
import { describeViews } from './cases/describe-views.ts'
import { openPages, type Pages } from './kit/open-pages.ts'
import type { Target } from './kit/target.ts'

/** Tests the pages in a real browser over a real engine. */
export function describePages(target: Target): void {
  describe(`the pages over ${target.name}`, () => {
    const pages = openPages(target)
    describeViews(pages)
    describeFaults(pages)
    describePartDetails(pages)
    describeSendAgain(pages)
    describeSavedFilters(pages)
    describeControls(pages)
    describeSearch(pages)
    describeWithEngine(pages)
  })
}

/** Tests only the pages whose content and actions depend on the engine. The tests of the night run all of them. */
export function describeEngine(target: Target): void {
  describe(`the pages over ${target.name}`, () => {
    describeWithEngine(openPages(target))
  })
}

function describeWithEngine(pages: Pages): void {
  describeActions(pages)
  describeSchedules(pages)
  describeRecentFailures(pages)
  describeErrors(pages)
  describeDefinition(pages)
  describeWaits(pages)
  describeTiles(pages)
  describeRequests(pages)
}
