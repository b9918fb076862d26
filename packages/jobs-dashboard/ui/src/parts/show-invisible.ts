import { escapeInvisible } from '@cgk-platform/jobs-core/tools'
import { options } from 'preact'

/** Shows the invisible characters of all texts on the pages, because texts of jobs are of others. Values of fields stay. */
export function showInvisible(): void {
  const next = options.vnode
  options.vnode = (vnode) => {
    const props = vnode.props as { children?: unknown; title?: unknown }
    if (props.children !== undefined) props.children = shown(props.children)
    if (typeof props.title === 'string') props.title = shown(props.title)
    next?.(vnode)
  }
}

function shown(children: unknown): unknown {
  if (typeof children === 'string') return escapeInvisible(children, '\n\t')
  return Array.isArray(children) ? children.map(shown) : children
}
