// The special rooms of records, and the operations they offer themselves, so that the generic page does not
// show them a second time.
import { defineAsyncComponent, type Component } from 'vue'

export const ROOMS: Record<string, Component> = {}
void defineAsyncComponent

export const ROOM_ACTIONS: Record<string, string[]> = {}
