import { useState } from 'preact/hooks'

import { Icon } from '../parts/icon.tsx'
import { hrefTo, navigate, page, query } from './router.ts'
import { theme, timeStyle, timeZone } from './preferences.ts'
import { session, tenant } from './session.ts'
import { helpIsOpen } from './help-is-open.ts'

const themes = ['auto', 'light', 'dark'] as const
const themeIcons = { auto: 'auto', light: 'sun', dark: 'moon' } as const
const localZone = Intl.DateTimeFormat().resolvedOptions().timeZone

/** The tenant, the time zone, the theme and the user. */
export function PreferencesPanel({ isOpen }: { isOpen: boolean }) {
  const next = themes[(themes.indexOf(theme.value) + 1) % themes.length]!
  return (
    <div class="preferences" id="preferences" data-open={String(isOpen)}>
      <TenantField />
      <ZoneField />
      <div class="row">
        <button
          type="button"
          class="button plain"
          onClick={() => (timeStyle.value = timeStyle.value === 'exact' ? 'relative' : 'exact')}
        >
          <Icon name="clock" />
          {timeStyle.value === 'exact' ? 'Exact times' : 'Relative times'}
        </button>
      </div>
      <div class="user">
        <Icon name="user" />
        <span class="clip" title={session.value?.user}>
          {session.value?.user}
        </span>
        <button
          type="button"
          class="icon-button"
          title={`Theme: ${theme.value}`}
          aria-label={`Theme: ${theme.value}. Switch to ${next}`}
          onClick={() => (theme.value = next)}
        >
          <Icon name={themeIcons[theme.value]} />
        </button>
        <button
          type="button"
          class="icon-button"
          title="Keyboard shortcuts"
          aria-label="Keyboard shortcuts"
          onClick={() => (helpIsOpen.value = true)}
        >
          <Icon name="keyboard" />
        </button>
      </div>
    </div>
  )
}

function TenantField() {
  const tenants = session.value?.tenants ?? []
  if (tenants === 'all') {
    return tenant.value === undefined ? null : (
      <div class="field">
        <span class="label">Tenant</span>
        <button type="button" class="button chosen" title="Show all tenants" onClick={() => chooseTenant(undefined)}>
          <span class="clip">{tenant.value}</span>
          <Icon name="close" />
          <span class="visually-hidden">Show all tenants</span>
        </button>
      </div>
    )
  }
  if (tenants.length < 2) return null
  return (
    <div class="field">
      <label for="tenant">Tenant</label>
      <select
        id="tenant"
        class="select"
        value={tenant.value}
        onChange={(event) => chooseTenant(event.currentTarget.value)}
      >
        {tenants.map((id) => (
          <option key={id}>{id}</option>
        ))}
      </select>
    </div>
  )
}

function ZoneField() {
  const [zones] = useState(() => Intl.supportedValuesOf('timeZone').filter((zone) => zone !== 'UTC'))
  return (
    <div class="field">
      <label for="time-zone">Time zone</label>
      <select
        id="time-zone"
        class="select"
        value={timeZone.value}
        onChange={(event) => (timeZone.value = event.currentTarget.value)}
      >
        <option value="local">Local ({localZone})</option>
        <option value="UTC">UTC</option>
        <optgroup label="All time zones">
          {zones.map((zone) => (
            <option key={zone}>{zone}</option>
          ))}
        </optgroup>
      </select>
    </div>
  )
}

function chooseTenant(id: string | undefined): void {
  const path = page.value === 'overview' || page.value === 'unknown' ? '/' : `/${page.value}`
  const kept = [...query.value].filter(([name]) => name !== 'tenant' && name !== 'id')
  navigate(hrefTo(path === '/job' ? '/jobs' : path, { ...Object.fromEntries(kept), tenant: id }))
}
