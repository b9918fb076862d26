import { useEffect } from 'preact/hooks'

import type { FoundJson } from '../../../src/api-types.ts'
import { useQuery } from '../api/use-query.ts'
import { hrefTo, hrefToJob, navigate, query } from '../app/router.ts'
import { session, tenant, tenantUrl, whyUnsupported } from '../app/session.ts'
import { Empty } from '../parts/empty.tsx'
import { Failure } from '../parts/failure.tsx'
import { formatCount } from '../parts/format-count.ts'
import { Icon, type IconName } from '../parts/icon.tsx'
import { Skeleton } from '../parts/skeleton.tsx'

/** The jobs, tenants and definitions that have a text as their name. The id of a job leads to its page at once. */
export function SearchPage() {
  const text = query.value.get('text') ?? ''
  const { data, error } = useQuery<FoundJson>(text === '' ? undefined : tenantUrl('find', { text }))
  const id = data?.job?.id
  useEffect(() => {
    if (id !== undefined) navigate(hrefToJob(id), { replace: true })
  }, [id])
  return (
    <>
      <div class="page-head">
        <h1>Search</h1>
        <span class="muted clip">{text}</span>
        {tenant.value !== undefined && <span class="tag clip">{tenant.value}</span>}
      </div>
      {error ? <Failure error={error} /> : data ? <Found text={text} found={data} /> : text !== '' && <Loading />}
    </>
  )
}

function Found({ text, found }: { text: string; found: FoundJson }) {
  const { job, reference, tenant: ofTenant, definitions } = found
  const findsPayloads = session.value?.findsPayloads && whyUnsupported('inspect.listJobs by payload') === undefined
  const hrefToPayloads = hrefTo('/jobs', { payload: text })
  if (!job && !reference && !ofTenant && definitions.length === 0) {
    return (
      <div class="card">
        <Empty icon="info" title="Nothing has this name">
          <p>Search for the whole id of a job, a whole reference or tenant, or a part of the id of a definition.</p>
          {findsPayloads && (
            <a class="text-link" href={hrefToPayloads}>
              Search payloads for {text}
            </a>
          )}
        </Empty>
      </div>
    )
  }
  return (
    <div class="card">
      <ul class="list-rows found">
        {reference && (
          <Row href={hrefTo('/jobs', { reference: text })} icon="bookmark" what="Jobs with the reference" name={text}>
            {formatCount(reference)}
          </Row>
        )}
        {ofTenant && (
          <Row href={hrefTo('/jobs', { tenant: text })} icon="user" what="Jobs of the tenant" name={text}>
            {formatCount(ofTenant)}
          </Row>
        )}
        {definitions.map((id) => (
          <Row
            key={id}
            href={hrefTo('/jobs', { definition: id })}
            icon="definitions"
            what="Jobs of the definition"
            name={id}
          />
        ))}
        {findsPayloads && <Row href={hrefToPayloads} icon="filter" what="Search payloads for" name={text} />}
      </ul>
    </div>
  )
}

function Row({
  href,
  icon,
  what,
  name,
  children,
}: {
  href: string
  icon: IconName
  what: string
  name: string
  children?: string
}) {
  return (
    <li>
      <a href={href}>
        <Icon name={icon} />
        <span class="clip">
          <span class="muted">{what}</span> {name}
        </span>
        <span class="number muted">{children}</span>
      </a>
    </li>
  )
}

function Loading() {
  return (
    <div class="card quiet" aria-busy="true">
      <Skeleton width="60%" height={20} />
    </div>
  )
}
