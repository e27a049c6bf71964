import type { Setup } from "../model/state/address.js"
import type { Answer, Arrays } from "../model/numbers/decode.js"

/** Storage of the setup: the browser's address, a file, or a notebook cell. */
export interface AddressPort {
  read(): Setup
  /** Write a setup as a new history entry, or replace the last one. `page` is the path of another page; `by` is set if the visitor did not trigger the visit. */
  visit(setup: Setup, how?: { replace?: boolean; page?: string; by?: "answer" }): void
  /** Call `act` whenever the address may have changed from outside (Back, Forward, an edited link). */
  onTravel(act: () => void, signal: AbortSignal): void
  /** Return a link to a setup that can be shared. */
  link(setup: Setup): string
}

/** Source of the numbers. */
export interface NumbersPort {
  /** Request the numbers of the current address. May be called repeatedly. */
  ask(): void
  /** Pass every further response to `act`, including late ones. */
  receive(act: (answer: Answer) => void): void
  /** Request exact weights of a setup ("w2:,57") whose response only has quantized ones. Without this method, responses are complete. */
  part?(setup: Setup, of: string, act: (arrays: Arrays) => void): void
  /** Request the response of a page, or a "curve", for a setup that is not the current address. Without this method, numbers cannot be dragged. */
  look?(page: string, setup: Setup, act: (answer: Answer | undefined) => void): void
  /** Request the content of a deck's file, or its errors. Without this method, visitors cannot open their own decks. */
  read?(toml: string | File, act: (answer: Answer | undefined) => void): void
  /** Prefetch these setups of a page, the likeliest first. */
  ahead?(setups: Setup[], page: string): void
}

/** Control of the story. */
export interface StoryPort {
  /** Show this setup without changing the address, or the address's setup again if there is none. */
  aside(setup?: Setup): void
  /** Restart the story from any page. */
  again(): void
}

/** The part of a Jupyter widget's model that is used (anywidget): values shared with the kernel, and messages to it. */
export interface WidgetModel {
  get(name: "query"): Setup
  get(name: "document"): string
  set(name: "query", value: Setup): void
  save_changes(): void
  send(content: unknown): void
  on(event: string, act: (...found: any[]) => void): void
  off(event: string, act: (...found: any[]) => void): void
}

/** The part of Plotly's API that is used. */
export interface Plotly {
  newPlot(place: HTMLElement, data: object[], layout: object, config: object): Promise<unknown>
  purge(place: HTMLElement): void
  register(module: object): void
}

/** The host of the view: its two ports, and features that only some hosts have. */
export interface Host {
  address: AddressPort
  numbers: NumbersPort
  /** Return the reason why a setup or another page of it is not available, or "" if it is. Without this method, everything is. */
  refuses?(setup: Setup, page?: string): string
  /** Return what a pending response waits for, as a sentence, if there is no server. */
  awaits?(): string
  /** Request data for dialogs from Python. Without this method, these dialogs are missing. */
  fetch?(path: string, how?: RequestInit): Promise<Response>
  /** Load Plotly for enlarged charts. Without this method, they are drawn like the small ones. */
  plotly?(): Promise<Plotly>
  /** Open a room, or show the open one: its code, its link, and the number of followers. */
  room?(): void
  /** Return whether the presenter hides the newest numbers, or undefined outside of a room. */
  veiled?(): boolean | undefined
  /** Handle that the newest numbers have been revealed. */
  unveiled?(): void
  /** Show the page in another language. Without this method, there is only one. */
  speak?(lang: string): void
  /** Report the address to the server, and a button ("act") or an image ("choose") of a training. Without this method, there is no training. */
  training?(what?: "act" | "choose", value?: string): void
  /** Address of the licences and credits of fonts and images. */
  licences?: string
  /** Story of the first visit, if the host has one. */
  story?: StoryPort
}

declare global {
  interface Window {
    /** Return the bytes of a part of the document, in an exported file (see page.html). */
    unpacked(id: string): Promise<Uint8Array>
  }
}
