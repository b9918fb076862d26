import { describePages } from './describe-pages.ts'
import { sqliteTarget } from './kit/sqlite-target.ts'

describePages(sqliteTarget)
