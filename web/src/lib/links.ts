// Links that come from the server point to API lists ("/claims?state=SUBMITTED") or to pages of the console
// ("#/claims"); both become routes here.
import { meta } from '../meta'

const ROOM_OF: Record<string, string> = { '/months/due': '/months', '/months/conflicts': '/months', '/months': '/months', '/claims': '/claims', '/imports': '/imports', '/match-runs': '/matching', '/bulletin': '/bulletin', '/completion': '/targets', '/indicators/rows': '/rows' }

export function routeOf(link: string): string {
  const text = link.replace(/^.*#/, '').replace(/^\/api\/v1/, '')
  const [path = '', query = ''] = text.split('?')
  const tail = query ? `?${query}` : ''
  if (path.startsWith('/list/')) return path + tail
  if (ROOM_OF[path]) return ROOM_OF[path] + (path === '/months/due' ? `?only=due${query ? `&${query}` : ''}` : path === '/months/conflicts' ? `?only=conflict${query ? `&${query}` : ''}` : tail)
  for (const r of meta.value?.records ?? []) {
    if (path === r.path) return `/list/${r.name}${tail}`
    if (path.startsWith(`${r.path}/`)) return `/list/${r.name}/${path.slice(r.path.length + 1)}`
  }
  return path + tail
}
export const taskLink = (link: string | undefined, _code: string): string => (link ? routeOf(link) : '/home')

// Where a figure opens: the list the server names, else the rows of the indicator itself.
export function rowsRoute(url: string | undefined, asked: { id: string; division: string; year: number }): string {
  if (url && !/\/indicators\/rows/.test(url)) return routeOf(url)
  const query = url ? url.split('?')[1] : new URLSearchParams({ id: asked.id, division: asked.division, year: String(asked.year) }).toString()
  return `/rows?${query ?? ''}`
}
