// The open pages: a tab each, the page kept alive behind it.
import { ref } from 'vue'
import { load, save } from '../lib/local'

export interface Tab {
  path: string // without the query
  full: string // with it
  title: string
}
const MOST = 10

export const tabs = ref<Tab[]>([])
export const pinned = '/home'

export function openTab(path: string, full: string, title: string): void {
  const tab = tabs.value.find((x) => x.path === path)
  if (tab) {
    tab.full = full
    if (!tab.title) tab.title = title
    return
  }
  tabs.value.push({ path, full, title })
  if (tabs.value.length > MOST) {
    const oldest = tabs.value.findIndex((x) => x.path !== pinned && x.path !== path)
    if (oldest >= 0) tabs.value.splice(oldest, 1)
  }
}
export function nameTab(path: string, title: string): void {
  const tab = tabs.value.find((x) => x.path === path)
  if (tab) tab.title = title
}
// The tab to show after closing one.
export function closeTab(path: string): Tab | undefined {
  const i = tabs.value.findIndex((x) => x.path === path)
  if (i < 0) return undefined
  tabs.value.splice(i, 1)
  return tabs.value[Math.min(i, tabs.value.length - 1)]
}
export function closeOthers(path: string): void {
  tabs.value = tabs.value.filter((x) => x.path === path || x.path === pinned)
}
export function forgetTabs(): void {
  tabs.value = []
}

export const folded = ref(load('menu.folded', false))
export function fold(): void {
  folded.value = !folded.value
  save('menu.folded', folded.value)
}
