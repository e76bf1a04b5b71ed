// Drawers and dialogs hang on the document's body, so a kept page that is left must close its own.
import { onDeactivated, type Ref } from 'vue'

export function closeOnLeave(...open: Ref<unknown>[]): void {
  onDeactivated(() => {
    for (const x of open) x.value = typeof x.value === 'boolean' ? false : null
  })
}
