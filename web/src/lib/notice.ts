// A public notice as the server words it (GET /notices/{id}/print), taken apart for our own sheet: heading, basis
// and lines. Of each line only what a notice board needs is kept: name, town, period, amount.
import { townOf } from './place'

export interface NoticeLine { name: string; town: string; period: string; sum: string }
export interface Notice { title: string; basis: string; lines: NoticeLine[] }

export function readNotice(html: string): Notice {
  // Its own style is not ours, and the content security policy would object to it.
  const page = new DOMParser().parseFromString(html.replace(/<style[\s\S]*?<\/style>/g, ''), 'text/html')
  const text = (of: ParentNode, selector: string): string => of.querySelector(selector)?.textContent?.trim() ?? ''
  const lines = [...page.querySelectorAll('tr')].slice(1).map((row) => {
    const cell = [...row.querySelectorAll('td')].map((x) => x.textContent?.trim() ?? '')
    return { name: cell[1] ?? '', town: townOf(cell[4] ?? ''), period: cell[5] ?? '', sum: cell[cell.length - 1] ?? '' }
  })
  return { title: text(page, 'h1'), basis: text(page, 'p'), lines }
}
