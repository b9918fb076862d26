import { render } from 'preact'

import './styles/tokens.css'
import './styles/base.css'
import './styles/layout.css'
import './styles/controls.css'
import './styles/content.css'
import './styles/jobs.css'
import './styles/job.css'
import { App } from './app/app.tsx'
import { applyTheme } from './app/preferences.ts'
import { startRouter } from './app/router.ts'
import { showInvisible } from './parts/show-invisible.ts'
import { startClock } from './time/now.ts'

showInvisible()
applyTheme()
startClock()
startRouter()
render(<App />, document.body)
