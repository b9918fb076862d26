import { describeLongLivedPage } from './cases/describe-long-lived-page.ts'
import { memoryTarget } from './kit/memory-target.ts'
import { openPages } from './kit/open-pages.ts'

describeLongLivedPage(openPages(memoryTarget), 3)
