// The focus: the operation of the chosen cell, drawn large.

/** @param {HTMLCanvasElement} canvas @param {any} numbers @param {string} map @param {number[]} cell @param {HTMLElement} root */
export function mechanism(canvas, numbers, map, cell, root) {}
