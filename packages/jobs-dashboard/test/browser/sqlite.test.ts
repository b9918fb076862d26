import { describeEngine } from './describe-pages.ts'
import { sqliteTarget } from './kit/sqlite-target.ts'

describeEngine(sqliteTarget)
