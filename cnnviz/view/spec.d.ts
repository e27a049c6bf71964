// Written by `python -m cnnviz.wire.declarations`: change that file, not this one.

import type { Bounds, CurveData, DeckScreen, ImageData, LanguageData, LessonData, PageData, Preset, Scale } from "./types/wire.js"

export const SCALES: Record<Scale, string[]>
export const LINE_COLOURS: string[]
export const MOST_PRINTED: number
export const CURVES: CurveData[]
export const FILTERS: string[]
export const KEYS: string[]
export const EXTRA_KEYS: string[]
export const PAGE_KEYS: string[]
export const KERNELS: Record<string, number[]>
export const RAISED_FAR: number
export const CHANNELS: string[]
export const LUMA: number[]
export const OPTIMIZERS: string[]
export const ACTIVATIONS: string[]
export const POOLS: string[]
export const LOSSES: string[]
export const PRESETS: Preset[]
export const SCALE_NAMES: [string, string][]
export const PADDINGS: string[]
export const WEIGHTS: string[]
export const RULES: string[]
export const LIMITS: Bounds
export const IMAGES: ImageData[]
export const DEFAULT_CLASSES: string[]
export const CLASSES: Record<string, string[]>
export const PAGES: PageData[]
export const TENSORFLOW: boolean
export const LACKS_TENSORFLOW: boolean
export const MISTAKES: string[]
export const STORY: DeckScreen[]
export const LESSONS: LessonData[]
export const CODE: string
export const LANG: string
export const LANGUAGES: LanguageData[]
export const WORDS: Record<string, string | Record<string, string>>
export const STREAMLITS: Record<string, string>
export const MATH: Record<string, string>
