/** A placeholder of the final size, so that nothing moves when the data come. */
export function Skeleton({ width = '60%', height = 14 }: { width?: string; height?: number }) {
  return <div class="skeleton" style={{ width, height: `${height}px` }} aria-hidden="true" />
}

/** The rows of a table that is not loaded yet. */
export function SkeletonRows({ rows, columns }: { rows: number; columns: number }) {
  return (
    <>
      {Array.from({ length: rows }, (_, row) => (
        <tr key={row}>
          {Array.from({ length: columns }, (__, column) => (
            <td key={column}>
              <Skeleton width={column === 0 ? '70%' : '48px'} />
            </td>
          ))}
        </tr>
      ))}
    </>
  )
}
