/**
 * Work that is expected to take longer, in milliseconds, goes to the model thread, so that the
 * event loop goes on meanwhile. What is shorter stays: a message there and back costs some 0.1 ms.
 */
export const LARGE_MS = 5

/**
 * A load request with a longer body is large work: to join, parse and decode base64 in JSON takes
 * some 2.5 ms a MiB (2-core Zen 4, `npm run bench:loads`).
 */
export const LARGE_BODY = (LARGE_MS / 2.5) * 2 ** 20

/** A longer model is large: one that comes in a body of {@link LARGE_BODY}. */
export const LARGE_BYTES = (LARGE_BODY * 3) / 4

/** A model with more nodes is large: to make its session takes some 0.03 ms a node (same bench). */
export const LARGE_NODES = LARGE_MS / 0.03
