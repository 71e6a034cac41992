/**
 * How long the server stays with a peer to which it has said its last word.
 *
 * @module
 */

/** How long a peer may take to close its side, in milliseconds. */
export const LINGER_MS = 2_000;

/**
 * The same for a peer that goes on sending, in milliseconds. OBS looks neither for our words nor for
 * our end while it streams: only an error of its own makes it connect again. Half a second is enough
 * for a slow network to bring it our last word before that.
 */
export const LINGER_WHILE_SENDING_MS = 500;
