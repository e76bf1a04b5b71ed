// Live changes by server-sent events: one stream for the tab, handed to whoever listens for a kind.
import { onBeforeUnmount, ref } from 'vue'
import { BASE } from '../api'

export interface Change {
  kind: string
  id: string
  action: string
  at: number
}

const listeners = new Set<(c: Change) => void>()
export const live = ref(false)
let source: EventSource | null = null
let retry: ReturnType<typeof setTimeout> | undefined
let wait = 2000

export function startEvents(): void {
  stopEvents()
  source = new EventSource(`${BASE}/events`)
  source.onopen = () => {
    live.value = true
    wait = 2000
  }
  source.onmessage = (e) => {
    try {
      const change = JSON.parse(e.data as string) as Change
      for (const fn of [...listeners]) fn(change)
    } catch {
      // A heartbeat or a newer server's event: nothing to tell.
    }
  }
  source.onerror = () => {
    live.value = false
    if (source?.readyState !== EventSource.CLOSED) return // the browser tries again by itself
    retry = setTimeout(startEvents, wait)
    wait = Math.min(wait * 2, 60_000)
  }
}

export function stopEvents(): void {
  clearTimeout(retry)
  source?.close()
  source = null
  live.value = false
}

// Call `fn` at most once per `gap` ms after changes of the given kinds, while the page is shown.
export function useChanges(kinds: () => string[], fn: () => void, gap = 1500): void {
  let timer: ReturnType<typeof setTimeout> | undefined
  const listen = (c: Change): void => {
    if (!kinds().includes(c.kind)) return
    clearTimeout(timer)
    timer = setTimeout(() => document.visibilityState === 'visible' && fn(), gap)
  }
  listeners.add(listen)
  onBeforeUnmount(() => {
    listeners.delete(listen)
    clearTimeout(timer)
  })
}
