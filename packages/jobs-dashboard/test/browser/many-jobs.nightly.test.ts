import { describeManyJobs } from './cases/describe-many-jobs.ts'
import { memoryTarget } from './kit/memory-target.ts'
import { openPages } from './kit/open-pages.ts'

describeManyJobs(openPages(memoryTarget), 100_000)
