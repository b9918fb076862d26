import { commonJsNodeApp, honoApp, nextApp } from './app-sources.ts'
import { describeCompile } from './describe-compile.ts'

describeCompile({ nextApp, honoApp, commonJsNodeApp })
