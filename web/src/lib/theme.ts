import { ref, watchEffect } from 'vue'
import { load, save } from './local'

export type Theme = 'light' | 'dark' | 'auto'
const system = matchMedia('(prefers-color-scheme: dark)')

export const theme = ref<Theme>(load<Theme>('theme', 'light'))
export const isDark = ref(false)

function apply(): void {
  isDark.value = theme.value === 'dark' || (theme.value === 'auto' && system.matches)
  document.documentElement.classList.toggle('dark', isDark.value)
}

export function startTheme(): void {
  system.addEventListener('change', apply)
  watchEffect(() => {
    save('theme', theme.value)
    apply()
  })
}
