// The animation clock: slides the kernel over the image, walks the stages, then asks for an update.

const DWELL = 1500 // milliseconds at speed 1 on a stage where nothing slides

export class Player {
  constructor(view) {
    this.view = view
    this.running = false
    this.cell = null
  }

  get speed() {
    return Number(this.view.$('[data-key="speed"]').value) || 1
  }

  toggle() {
    this.running ? this.pause() : this.play()
  }

  play() {
    this.running = true
    if (this.view.k === this.view.content.film?.n) this.view.content.seek(0)
    this.view.content.release()
    this.enter()
    this.show()
  }

  // Pausing leaves the stage as it is, whole; the address then becomes an entry of its own in the history.
  pause() {
    if (!this.running) return
    this.stop()
    this.keepCell()
    this.show()
    this.view.settle()
    this.view.paint(true)
  }

  stop() {
    this.running = false
    cancelAnimationFrame(this.frame)
  }

  takeOver() {
    if (this.running) this.pause()
  }

  keepCell() {
    if (this.cell) this.view.content.focus.remember(this.view.stage, this.cell)
    this.cell = null
  }

  show() {
    const button = this.view.$('[data-key="play"]')
    button.setAttribute("aria-pressed", String(this.running))
    this.view.root.dataset.playing = this.running ? "1" : "0"
  }

  // A stage begins: from here on `elapsed` grows with the clock, at the speed that is set.
  enter() {
    this.elapsed = 0
    this.last = undefined
    this.cell = this.places() > 1 ? this.cellAt(0) : null
    cancelAnimationFrame(this.frame)
    this.frame = requestAnimationFrame((now) => this.tick(now))
  }

  tick(now) {
    const passed = this.speed * Math.min(now - (this.last ?? now), 100)
    this.elapsed += passed
    this.last = now
    if (this.view.content.advance) {
      if (!this.view.content.advance(passed)) return this.pause()
      this.frame = requestAnimationFrame((next) => this.tick(next))
      return
    }
    if (this.elapsed >= this.duration()) return this.advance()
    if (this.places() > 1) {
      this.cell = this.cellAt(this.position())
      this.view.paint()
    }
    this.frame = requestAnimationFrame((next) => this.tick(next))
  }

  advance() {
    this.keepCell()
    const { view } = this
    const before = view.stage
    view.nextStage(1, { replace: true })
    if (before === "update") return // the server's answer goes on: see received
    this.enter()
  }

  received() {
    if (this.running) this.enter()
  }

  // How many places the stage has to slide over; one where nothing slides.
  places() {
    const { view } = this
    if (!view.content.slides || matchMedia("(prefers-reduced-motion: reduce)").matches) return 1
    return view.content.slide(view.stage).places
  }

  duration() {
    return this.places() > 1 ? this.view.content.slide(this.view.stage).duration : DWELL
  }

  position() {
    return Math.min(Math.floor((this.elapsed / this.duration()) * this.places()), this.places() - 1)
  }

  cellAt(place) {
    return this.view.content.cellAt(this.view.stage, place)
  }

  get sliding() {
    return this.running && this.cell !== null
  }

  // How many cells of a map are computed so far.
  done(symbol) {
    return this.sliding && symbol === this.view.stage ? this.position() + 1 : Infinity
  }
}
