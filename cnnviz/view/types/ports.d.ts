import type { Setup } from "../model/state/address.js"
import type { Answer, Arrays } from "../model/numbers/decode.js"

/** Where the setup is kept: the browser's address, a file's own, a notebook cell's. */
export interface AddressPort {
  read(): Setup
  /** Writes a setup, as a new entry of the history or in place of the last; `page` is another page's path, `by` who goes there if it is not the visitor. */
  visit(setup: Setup, how?: { replace?: boolean; page?: string; by?: "answer" }): void
  /** Calls `act` whenever the address may have been changed by somebody else (Back, Forward, an edited link). */
  onTravel(act: () => void, signal: AbortSignal): void
  /** A link to a setup, for other people. */
  link(setup: Setup): string
}

/** Where the numbers come from. */
export interface NumbersPort {
  /** Asks for what belongs to the address as it stands; may be asked again and again. */
  ask(): void
  /** From now on hands every answer to `act`, those that come late among them. */
  receive(act: (answer: Answer) => void): void
  /** Asks for exact weights of a setup ("w2:,57"), of which its numbers have the colours alone. Who has no such gives all. */
  part?(setup: Setup, of: string, act: (arrays: Arrays) => void): void
  /** Asks for what a page, or "curve", has of a setup that is not the address's. Who has no such lets no number be dragged. */
  look?(page: string, setup: Setup, act: (answer: Answer | undefined) => void): void
  /** Asks what a deck's file holds, or what is wrong with it. Who has no such shows no decks of one's own. */
  read?(toml: string | File, act: (answer: Answer | undefined) => void): void
  /** May ask ahead for these setups on a page, the likeliest first. */
  ahead?(setups: Setup[], page: string): void
}

/** What the story is told by. */
export interface StoryPort {
  /** From now on the page's setup is this one, and the address stays as it is; none: it is the address's again. */
  aside(setup?: Setup): void
  /** Tells it again, wherever one is. */
  again(): void
}

/** What of a Jupyter widget's model is used (anywidget): its values, which its kernel has too, and messages to that. */
export interface WidgetModel {
  get(name: "query"): Setup
  get(name: "document"): string
  set(name: "query", value: Setup): void
  save_changes(): void
  send(content: unknown): void
  on(event: string, act: (...found: any[]) => void): void
  off(event: string, act: (...found: any[]) => void): void
}

/** What of Plotly is used. */
export interface Plotly {
  newPlot(place: HTMLElement, data: object[], layout: object, config: object): Promise<unknown>
  purge(place: HTMLElement): void
  register(module: object): void
}

/** Who shows the view: its two ports, and what only some have. */
export interface Host {
  address: AddressPort
  numbers: NumbersPort
  /** Why it has no numbers of a setup, or another page of it, as a sentence; "" where it has. Who names nothing has all. */
  refuses?(setup: Setup, page?: string): string
  /** What an answer waits for, as a sentence, where that is no server. */
  awaits?(): string
  /** Asks Python for what the dialogs need beside the numbers. Who names nothing has none of these dialogs. */
  fetch?(path: string, how?: RequestInit): Promise<Response>
  /** Plotly, for charts that are opened large. Who names nothing draws them as the small ones. */
  plotly?(): Promise<Plotly>
  /** Opens a room, or shows the one that is open: its code, its link, and how many follow. */
  room?(): void
  /** Whether whoever leads a room hides the newest numbers now; undefined where nobody leads here. */
  veiled?(): boolean | undefined
  /** The newest numbers are hidden no longer. */
  unveiled?(): void
  /** Shows the same in another language. Who names nothing has one alone. */
  speak?(lang: string): void
  /** Has the server hear of the address, and of a button ("act") or an image ("choose") of a training. Who names nothing trains nothing. */
  training?(what?: "act" | "choose", value?: string): void
  /** The story of the first visit. Who names nothing tells none. */
  story?: StoryPort
}

declare global {
  interface Window {
    /** The bytes that stand in one of the document's parts, in a file: page.html has it. */
    unpacked(id: string): Promise<Uint8Array>
  }
}
