// Numbers of every size, the same in each run; and how a printed one is read.

export function* anyNumbers() {
  yield* [0, 1, -1, 0.001, 0.00099999, 99999.5, 1e5, 9999.96, 0.09996, 9.996, 99.96]
  let state = 1
  for (let i = 0; i < 400; i++) {
    state = (state * 48271) % 2147483647 // Lehmer's generator
    const share = state / 2147483647
    yield (share - 0.5) * 10 ** ((i % 31) - 15)
  }
}

export const read = (text) => Number(text.replaceAll("−", "-"))
