import { useEffect, useState } from 'preact/hooks'

import { Empty } from '../parts/empty.tsx'
import { Icon, type IconName } from '../parts/icon.tsx'
import { ToastRegion } from '../parts/toast-region.tsx'
import { SearchField } from '../search/search-field.tsx'
import { helpIsOpen } from './help-is-open.ts'
import { lazyPage } from './lazy-page.tsx'
import { OutageBanner } from './outage-banner.tsx'
import { PreferencesPanel } from './preferences-panel.tsx'
import { hrefTo, type Page, page, query } from './router.ts'
import { may } from './session.ts'
import { useShortcuts } from './shortcuts.ts'

const HelpDialog = lazyPage(async () => (await import('./help-dialog.tsx')).HelpDialog, { fallback: null })
const first = page.peek()
const OverviewPage = lazyPage(async () => (await import('../overview/overview-page.tsx')).OverviewPage, {
  isNeeded: first === 'overview',
  fallback: (
    <div class="page-head" aria-busy="true">
      <h1>Overview</h1>
    </div>
  ),
})
const ErrorsPage = lazyPage(async () => (await import('../errors/errors-page.tsx')).ErrorsPage, {
  isNeeded: first === 'errors',
})
const SearchPage = lazyPage(async () => (await import('../search/search-page.tsx')).SearchPage, {
  isNeeded: first === 'search',
})
const JobsPage = lazyPage(async () => (await import('../jobs/jobs-page.tsx')).JobsPage, { isNeeded: first === 'jobs' })
const JobPage = lazyPage(async () => (await import('../job/job-page.tsx')).JobPage, { isNeeded: first === 'job' })
const WorkflowsPage = lazyPage(async () => (await import('../workflows/workflows-page.tsx')).WorkflowsPage, {
  isNeeded: first === 'workflows',
})
const DefinitionsPage = lazyPage(async () => (await import('../definitions/definitions-page.tsx')).DefinitionsPage, {
  isNeeded: first === 'definitions',
})
const DefinitionPage = lazyPage(async () => (await import('../definitions/definition-page.tsx')).DefinitionPage, {
  isNeeded: first === 'definition',
})
const SchedulesPage = lazyPage(async () => (await import('../definitions/schedules-page.tsx')).SchedulesPage, {
  isNeeded: first === 'schedules',
})
const EnginePage = lazyPage(async () => (await import('../engine/engine-page.tsx')).EnginePage, {
  isNeeded: first === 'engine',
})
const SendPage = lazyPage(async () => (await import('../send/send-page.tsx')).SendPage, { isNeeded: first === 'send' })

const links: readonly { name: Page; path: string; label: string; icon: IconName }[] = [
  { name: 'overview', path: '/', label: 'Overview', icon: 'overview' },
  { name: 'errors', path: '/errors', label: 'Errors', icon: 'warning' },
  { name: 'jobs', path: '/jobs', label: 'Jobs', icon: 'jobs' },
  { name: 'workflows', path: '/workflows', label: 'Workflows', icon: 'workflow' },
  { name: 'definitions', path: '/definitions', label: 'Definitions', icon: 'definitions' },
  { name: 'schedules', path: '/schedules', label: 'Schedules', icon: 'calendar' },
  { name: 'engine', path: '/engine', label: 'Engine', icon: 'engine' },
  { name: 'send', path: '/send', label: 'Send', icon: 'send' },
]

/** The pages that are not in the menu: their titles, and the pages to which they belong. */
const titles: { readonly [Name in Page]?: string } = { job: 'Job', definition: 'Definition', search: 'Search' }
const parents: { readonly [Name in Page]?: Page } = { job: 'jobs', definition: 'definitions' }

/** The frame of every page. */
export function Shell() {
  const [isOpen, setIsOpen] = useState(false)
  const current = parents[page.value] ?? page.value
  useShortcuts({ '?': () => (helpIsOpen.value = true) })
  useEffect(() => {
    const label = titles[page.value] ?? links.find(({ name }) => name === page.value)?.label
    document.title = label === undefined || label === 'Jobs' ? 'Jobs' : `${label} · Jobs`
  }, [page.value])
  return (
    <>
      <a class="skip" href="#main">
        Skip to the content
      </a>
      <OutageBanner />
      <div class="app">
        <header class="sidebar">
          <div class="brand">
            <Mark />
            Jobs
          </div>
          <button
            type="button"
            class="icon-button more"
            aria-expanded={isOpen}
            aria-controls="preferences"
            aria-label="Preferences"
            onClick={() => setIsOpen(!isOpen)}
          >
            <Icon name={isOpen ? 'close' : 'menu'} />
          </button>
          <SearchField />
          <nav class="nav" aria-label="Pages">
            {links
              .filter(({ name }) => name !== 'send' || may('send'))
              .map(({ name, path, label, icon }) => (
                <a key={name} href={hrefTo(path)} aria-current={name === current ? 'page' : undefined}>
                  <Icon name={icon} />
                  {label}
                </a>
              ))}
          </nav>
          <PreferencesPanel isOpen={isOpen} />
        </header>
        <main id="main" class="main" tabIndex={-1}>
          <div class="page">
            <CurrentPage />
          </div>
        </main>
      </div>
      <ToastRegion />
      {helpIsOpen.value && <HelpDialog />}
    </>
  )
}

function CurrentPage() {
  switch (page.value) {
    case 'overview':
      return <OverviewPage />
    case 'errors':
      return <ErrorsPage />
    case 'search':
      return <SearchPage />
    case 'jobs':
      return <JobsPage />
    case 'job': {
      const id = query.value.get('id') ?? ''
      return <JobPage key={id} id={id} />
    }
    case 'workflows':
      return <WorkflowsPage />
    case 'definitions':
      return <DefinitionsPage />
    case 'definition': {
      const id = query.value.get('id') ?? ''
      return <DefinitionPage key={id} id={id} />
    }
    case 'schedules':
      return <SchedulesPage />
    case 'engine':
      return <EnginePage />
    case 'send':
      return <SendPage />
    case 'unknown':
      return (
        <Empty icon="info" title="There is no such page">
          <p>Choose one of the pages in the menu.</p>
        </Empty>
      )
  }
}

function Mark() {
  return (
    <svg class="mark" width="20" height="20" viewBox="0 0 20 20" aria-hidden="true">
      <rect x="1" y="1" width="18" height="18" rx="5" fill="currentColor" />
      <path d="M5.5 6.5h9M5.5 10h6M5.5 13.5h3" stroke="#fff" stroke-width="1.8" stroke-linecap="round" fill="none" />
    </svg>
  )
}
