export const GLIDE = 600 // milliseconds in which maps move to the stage, before
const DURATION = 400 // milliseconds
export const ASSEMBLY = GLIDE + DURATION // milliseconds until the picture is complete
