// A task of its own file, so that worker threads can import it too: steer after a target that flees
// in a circle. workers.ts evolves for it, and so does: npx neatron train examples/pursuit.js
import { defineTask } from 'neatron'

export default defineTask({
  name: 'pursuit',
  inputs: 4,
  outputs: 2,
  episodes: 4,
  targetFitness: 0.9, // share of the ticks near the target
  start(random) {
    const place = { x: random.signed() * 5, y: random.signed() * 5 }
    const speed = { x: 0, y: 0 }
    let angle = random.uniform(0, 2 * Math.PI)
    let ticks = 0
    let near = 0
    const target = () => ({ x: 3 * Math.cos(angle), y: 3 * Math.sin(angle) })
    return {
      observe(inputs) {
        const { x, y } = target()
        inputs.set([(x - place.x) / 5, (y - place.y) / 5, speed.x, speed.y])
      },
      act([right, up]) {
        speed.x = 0.9 * speed.x + 0.1 * (right - 0.5)
        speed.y = 0.9 * speed.y + 0.1 * (up - 0.5)
        place.x += speed.x
        place.y += speed.y
        angle += 0.02
        const { x, y } = target()
        if (Math.hypot(x - place.x, y - place.y) < 1) near++
        return ++ticks < 200
      },
      get fitness() {
        return near / ticks
      },
    }
  },
})
